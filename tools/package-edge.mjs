import './node-version.mjs';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import typescript from 'typescript';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT, run, Sentence, say, start } from './workspace.mjs';

const HELP = `Builds the edge agent as a Debian package.

Usage: npm run package:edge -- [--out DIR] [--without-node]

  --out DIR        where the package goes (default: .)
  --without-node   do not ship this machine's Node.js; the package then depends on nodejs (>= 20.19)
`;

const PACKAGE = 'wavehouse-agent';
const HOME = `usr/lib/${PACKAGE}`;
const ENTRY = 'dist/apps/edge-agent/src/main.js';
/** Started by path, so that no import leads to it: compiles drivers of `--drivers`. */
const BUILDER = 'dist/apps/edge-agent/src/build-driver.main.js';
const ARCHITECTURES = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'armhf',
  riscv64: 'riscv64',
  ppc64: 'ppc64el',
  s390x: 's390x',
};
/** Of the compiler only itself: not its language server, not the types of libraries. */
const COMPILER = /^(package\.json|LICENSE\.txt|lib|lib\/typescript\.js)?$/;
const PACKAGES_MAX = 400;

start(async () => {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: '.' },
      'without-node': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const probe = await run('dpkg-deb', 'dpkg-deb', ['--version']);
  if (probe.code !== 0) throw new Sentence('A Debian package is built with dpkg-deb, which is not here.');
  await ensureInstalled();
  await ensureBuilt();
  const stage = mkdtempSync(join(tmpdir(), 'wavehouse-package-'));
  try {
    const file = await build(stage, { out: resolve(values.out), withNode: !values['without-node'] });
    await tryOut(file);
    const megabytes = (statSync(file).size / 1e6).toFixed(1);
    console.log(
      `${relative(process.cwd(), file) || file} (${megabytes} MB): unpacked and tried; install it with apt.`,
    );
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
});

async function build(stage, { out, withNode }) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture) throw new Sentence(`Debian has no name that we know for ${process.arch}.`);
  const home = join(stage, HOME);
  const { files, packages } = reachable([join(ROOT, ENTRY), join(ROOT, BUILDER)]);
  say(`the agent is ${files.length} files and ${packages.length} packages`);
  for (const file of files) copy(file, join(home, relative(ROOT, file)));
  for (const folder of new Set(files.map(dirname))) copyAssets(folder, home);
  for (const folder of packages) copyPackage(folder, join(home, relative(ROOT, folder)));
  writeManifest(home, version);
  if (withNode) {
    copy(process.execPath, join(home, 'node'));
    chmodSync(join(home, 'node'), 0o755);
  }
  writeSystemFiles(stage, withNode);
  writeControl(stage, { version, architecture, withNode });
  mkdirSync(out, { recursive: true });
  const file = join(out, `${PACKAGE}_${version}_${architecture}.deb`);
  const args = ['--root-owner-group', '-Zxz', '--build', stage, file];
  const { code, output, took } = await run('dpkg-deb', 'dpkg-deb', args);
  if (code !== 0) throw new Sentence(`${output.trim()}\ndpkg-deb could not build the package (see above).`);
  say(`packed (${took})`);
  return file;
}

/** Every file of ours that the agent can come to import, and the folders of the packages it uses, with theirs. */
function reachable(entries) {
  const files = new Set();
  const names = new Map();
  const waiting = [...entries];
  while (waiting.length > 0) {
    const file = waiting.pop();
    if (files.has(file)) continue;
    if (!existsSync(file)) throw new Sentence(`${relative(ROOT, file)} is imported, but was not built.`);
    files.add(file);
    for (const wanted of importsOf(file)) {
      if (wanted.startsWith('.')) waiting.push(resolve(dirname(file), wanted));
      else if (wanted.startsWith('#lib/'))
        waiting.push(join(ROOT, 'dist/libs', wanted.slice(5), 'src/index.js'));
      else if (!wanted.startsWith('node:')) names.set(packageName(wanted), dirname(file));
    }
  }
  return { files: [...files].sort(), packages: packageFolders(names) };
}

function importsOf(file) {
  const { importedFiles } = typescript.preProcessFile(readFileSync(file, 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => fileName);
}

function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The folders of these packages and of all that they depend on, found as Node finds them: from the asker upwards. */
function packageFolders(names) {
  const folders = new Set();
  const waiting = [...names].map(([name, from]) => ({ name, from, needed: true }));
  while (waiting.length > 0) {
    const { name, from, needed } = waiting.pop();
    const folder = folderOf(name, from);
    if (!folder && needed) throw new Sentence(`The package ${name} is not installed.`);
    if (!folder || folders.has(folder)) continue;
    folders.add(folder);
    if (folders.size > PACKAGES_MAX) throw new Sentence('The agent needs far more packages than it should.');
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    for (const each of Object.keys(dependencies))
      waiting.push({ name: each, from: folder, needed: !(each in optionalDependencies) });
    for (const each of Object.keys(optionalDependencies))
      waiting.push({ name: each, from: folder, needed: false });
  }
  return [...folders].sort();
}

function folderOf(name, from) {
  for (let at = from; at.startsWith(ROOT); at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return null;
}

/** What programs read beside their code: schemas, transcripts of drivers stay at home. */
function copyAssets(folder, home) {
  for (const name of readdirSync(folder)) {
    if (/\.(json|wasm|html|txt)$/.test(name))
      copy(join(folder, name), join(home, relative(ROOT, join(folder, name))));
  }
}

/** A package without its own nested packages (found by themselves), tests, and binaries for other machines. */
function copyPackage(folder, target) {
  const machine = `${process.platform}-${process.arch}`;
  cpSync(folder, target, {
    recursive: true,
    filter: (path) => {
      const inside = relative(folder, path);
      if (basename(folder) === 'typescript' && !COMPILER.test(inside)) return false;
      if (inside.split('/').includes('node_modules')) return false;
      if (/^(test|tests|__tests__|docs?|examples?|deps|src\/.*\.(c|cc|h))$/.test(inside)) return false;
      if (/\.(md|markdown|map|d\.[cm]?ts|gyp|gypi)$/.test(path) && !/licen[cs]e/i.test(basename(path)))
        return false;
      const prebuild = /^prebuilds\/([^/]+)/.exec(inside)?.[1];
      return !prebuild || prebuild === machine || prebuild.startsWith(`${machine}+`);
    },
  });
}

function writeManifest(home, version) {
  const { imports, engines, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // Libraries are found as they are built; there are no sources here.
  const manifest = {
    name: PACKAGE,
    version,
    license,
    private: true,
    type: 'module',
    engines,
    imports: { '#lib/*': imports['#lib/*'].default },
  };
  write(join(home, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function writeSystemFiles(stage, withNode) {
  const node = withNode ? `/${HOME}/node` : '/usr/bin/node';
  const unit = readFileSync(join(ROOT, 'deploy/systemd/wavehouse-agent.service'), 'utf8');
  write(join(stage, `lib/systemd/system/${PACKAGE}.service`), packagedUnit(unit, node));
  write(join(stage, `usr/bin/${PACKAGE}`), launcher(node), 0o755);
  write(join(stage, `etc/${PACKAGE}/agent.yaml`), readFileSync(join(ROOT, 'deploy/agent.yaml'), 'utf8'));
  write(join(stage, `etc/${PACKAGE}/agent.env`), ENVIRONMENT, 0o640);
  const doc = join(stage, `usr/share/doc/${PACKAGE}`);
  write(join(doc, 'copyright'), readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
}

/** The shipped unit with the package's own account and paths: enrolment and the service share a directory. */
function packagedUnit(unit, node) {
  const lines = [
    ['DynamicUser=yes', `User=${PACKAGE}\nGroup=${PACKAGE}`],
    ['EnvironmentFile=/etc/wavehouse/agent.env', `EnvironmentFile=-/etc/${PACKAGE}/agent.env`],
    ['AGENT_CONFIG=/etc/wavehouse/agent.yaml', `AGENT_CONFIG=/etc/${PACKAGE}/agent.yaml`],
    ['WorkingDirectory=/opt/wavehouse', `WorkingDirectory=/${HOME}`],
    ['/usr/bin/node ', `${node} `],
  ];
  return lines.reduce((text, [from, to]) => {
    if (!text.includes(from))
      throw new Sentence(`deploy/systemd/wavehouse-agent.service has no "${from}" any more.`);
    return text.replace(from, to);
  }, unit);
}

const ENVIRONMENT = `# Settings of the edge agent; \`wavehouse-agent --help\` explains them. An enrolled agent needs none.
# AGENT_HTTP_PORT=3001
# LOG_LEVEL=info
`;

function launcher(node) {
  return `#!/bin/sh
# The edge agent from the command line, as its own account and with the service's settings.
set -e
run="${node} --enable-source-maps /${HOME}/${ENTRY}"
data=/var/lib/${PACKAGE}
config=/etc/${PACKAGE}/agent.yaml
case "$1" in --help|--version) exec $run "$@" ;; esac
if [ "$(id -u)" = 0 ]; then
  exec runuser -u ${PACKAGE} -- env AGENT_DATA_DIR=$data AGENT_CONFIG=$config $run "$@"
fi
AGENT_DATA_DIR="\${AGENT_DATA_DIR:-$data}" AGENT_CONFIG="\${AGENT_CONFIG:-$config}" exec $run "$@"
`;
}

function writeControl(stage, { version, architecture, withNode }) {
  const size = sizeOf(stage);
  const control = `Package: ${PACKAGE}
Version: ${version}
Architecture: ${architecture}
Maintainer: Wavehouse <maintainers@wavehouse.example>
Section: misc
Priority: optional
Depends: adduser${withNode ? ', libc6, libstdc++6' : ', nodejs (>= 20.19)'}
Installed-Size: ${Math.ceil(size / 1024)}
Description: Wavehouse edge agent
 One process beside the hardware of a warehouse: reads scanners, scales, printers and
 conveyor PLCs, keeps every reading on disk until the core has committed it, and decides
 diverts by itself while the core is gone.
`;
  write(join(stage, 'DEBIAN/control'), control);
  write(join(stage, 'DEBIAN/conffiles'), `/etc/${PACKAGE}/agent.yaml\n/etc/${PACKAGE}/agent.env\n`);
  for (const [name, text] of Object.entries(SCRIPTS)) write(join(stage, 'DEBIAN', name), text, 0o755);
}

const SYSTEMD = '[ -d /run/systemd/system ]';
const SCRIPTS = {
  postinst: `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  getent passwd ${PACKAGE} >/dev/null || adduser --system --group --no-create-home --home /var/lib/${PACKAGE} ${PACKAGE}
  adduser --quiet ${PACKAGE} dialout || true
  install -d -m 700 -o ${PACKAGE} -g ${PACKAGE} /var/lib/${PACKAGE}
  chgrp ${PACKAGE} /etc/${PACKAGE}/agent.env
  if ${SYSTEMD}; then
    systemctl daemon-reload
    # An upgrade: what ran goes on with the new version. A first installation is not enrolled yet.
    if systemctl is-active --quiet ${PACKAGE}; then systemctl restart ${PACKAGE}; fi
  fi
fi
`,
  prerm: `#!/bin/sh
set -e
if [ "$1" = remove ] && ${SYSTEMD}; then systemctl disable --now ${PACKAGE} || true; fi
`,
  postrm: `#!/bin/sh
set -e
if ${SYSTEMD}; then systemctl daemon-reload || true; fi
if [ "$1" = purge ]; then rm -rf /var/lib/${PACKAGE}; fi
`,
};

/** A program that compiles a driver folder as the packaged agent does, away from the tree, and loads it. */
function ownDriver(home, dir) {
  const [folder, out] = [join(ROOT, 'devices/mettler-toledo/mt-sics'), join(dir, 'drivers')];
  const builder = [join(home, BUILDER), folder, out].map((each) => JSON.stringify(each)).join(', ');
  return `import('node:child_process').then(async ({ execFileSync }) => {
    const { out } = JSON.parse(execFileSync(process.execPath, [${builder}]));
    if ((await import(out + '/device.js')).default.id !== 'mettler-toledo/mt-sics') throw new Error(out);
  })`;
}

/** Unpacks the package and starts what is in it: the version, the configuration, every driver. */
async function tryOut(file) {
  const dir = mkdtempSync(join(tmpdir(), 'wavehouse-unpacked-'));
  try {
    await must('unpacking', 'dpkg-deb', ['-x', file, dir]);
    const home = join(dir, HOME);
    const node = existsSync(join(home, 'node')) ? join(home, 'node') : process.execPath;
    const env = {
      PATH: process.env.PATH,
      AGENT_DATA_DIR: dir,
      AGENT_CONFIG: join(dir, `etc/${PACKAGE}/agent.yaml`),
    };
    await must('its version', node, [join(home, ENTRY), '--version'], env);
    const settings = {
      ...env,
      AGENT_SITE: 'X',
      AGENT_CODE: 'x',
      AGENT_SECRET: 'x',
      MQTT_URL: 'mqtt://localhost',
    };
    await must('its configuration', node, [join(home, ENTRY), '--check'], settings);
    const drivers = `import('${join(home, 'dist/devices/index.generated.js')}').then(async ({ driverIndex }) => {
      for (const { load, loadSimulator } of driverIndex) await Promise.all([load(), loadSimulator?.()]);
    })`;
    await must('its drivers', node, ['-e', drivers], env);
    await must('a driver of its own', node, ['-e', ownDriver(home, dir)], env);
    await must(
      'its certificates',
      node,
      [
        '-e',
        `import('${join(home, 'dist/libs/site-ca/src/index.js')}').then((m) => m.newCertificateRequest('x'))`,
      ],
      env,
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function must(label, command, args, env = process.env) {
  const { code, output } = await run(label, command, args, { env });
  if (code !== 0) throw new Sentence(`${output.trim()}\nThe package does not work: ${label} (see above).`);
}

function write(file, text, mode = 0o644) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

function sizeOf(folder) {
  let size = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    size += entry.isDirectory() ? sizeOf(path) : statSync(path).size;
  }
  return size;
}
