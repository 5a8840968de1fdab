// Which way imports may go (docs/house.md). Every rule is an error; `npm run check` runs them.

/** In import order: a module may use those above it. Upward news travels by events. */
const MODULES = [
  'platform',
  'access',
  'merchants',
  'catalog',
  'sites',
  'devices',
  'inventory',
  'orders',
  'receiving',
  'waves',
  'picking',
  'packing',
  'shipping',
  'flow-control',
  'control-tower',
];
const SPEC = '\\.spec\\.tsx?$';
/** A file whose name has a role: everything else in a module is a rule and pure. */
const ROLE =
  '\\.(controller|listener|job|gateway|dto|service|queries|entity|module|main|worker|states|errors|events|spec|guard|filter|middleware|interceptor|pipe|decorator)\\.ts$';

const layers = MODULES.slice(0, -1).map((name, at) => ({
  name: `${name}-uses-only-what-is-above`,
  severity: 'error',
  from: { path: `^apps/api/src/${name}/`, pathNot: SPEC },
  to: { path: `^apps/api/src/(${MODULES.slice(at + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { pathNot: '\\.entity\\.ts$' } },
    },
    { name: 'unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'libs-know-no-apps',
      severity: 'error',
      from: { path: '^libs/', pathNot: SPEC },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-know-no-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: SPEC },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-by-their-public-face',
      comment: 'Import #lib/<name>, not a file inside.',
      severity: 'error',
      from: { path: '^(apps|libs|devices|bench)/([^/]+)/', pathNot: SPEC },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/$2/'] },
    },
    {
      name: 'testkit-is-for-specs',
      severity: 'error',
      from: { pathNot: [SPEC, '^libs/testkit/', '^apps/[^/]+/test/', '^test/'] },
      to: { path: '^libs/testkit/' },
    },
    ...layers,
    {
      name: 'module-private-files',
      comment: 'Tables, queries, DTOs and the rim of a module are its own; other modules call its service.',
      severity: 'error',
      from: { path: '^apps/api/src/([^/]+)/', pathNot: SPEC },
      to: {
        path: '^apps/api/src/([^/]+)/.*\\.(entity|queries|dto|controller|listener|job|gateway)\\.ts$',
        pathNot: ['^apps/api/src/$1/', '^apps/api/src/platform/'],
      },
    },
    {
      name: 'rules-are-pure',
      comment: 'A file with no role suffix computes from its arguments: no database, no Nest, no I/O.',
      severity: 'error',
      from: {
        path: `^apps/api/src/(${MODULES.slice(1).join('|')})/`,
        pathNot: ROLE,
      },
      to: {
        path: [
          '^node_modules/(typeorm|@nestjs|pg|mqtt|socket\\.io)/',
          '^(node:)?(fs|net|http|https|child_process|dgram|tls|dns|worker_threads)(/|$)',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'devices-know-the-kit-alone',
      severity: 'error',
      from: { path: '^devices/', pathNot: SPEC },
      to: { path: '^(apps|libs)/', pathNot: '^libs/(device-kit|contracts)/src/index\\.ts$' },
    },
    {
      name: 'no-barrels-in-apps',
      severity: 'error',
      from: {},
      to: { path: '^apps/.*/index\\.tsx?$' },
    },
    {
      name: 'contracts-is-a-leaf',
      severity: 'error',
      from: { path: '^libs/contracts/' },
      to: { path: '^libs/', pathNot: '^libs/contracts/' },
    },
    {
      name: 'web-uses-shared-rules-only',
      severity: 'error',
      from: { path: '^apps/web/', pathNot: [SPEC, '^apps/web/e2e/'] },
      to: { path: '^libs/', pathNot: '^libs/(contracts|barcodes|flow|floor)/' },
    },
    {
      name: 'web-features-stand-alone',
      severity: 'error',
      from: { path: '^apps/web/src/features/([^/]+)/' },
      to: { path: '^apps/web/src/(app|features)/', pathNot: '^apps/web/src/features/$1/' },
    },
    {
      name: 'web-ground-knows-no-features',
      severity: 'error',
      from: { path: '^apps/web/src/(ui|lib|api)/' },
      to: { path: '^apps/web/src/(app|features)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: ['^dist/', '^coverage/'] },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
