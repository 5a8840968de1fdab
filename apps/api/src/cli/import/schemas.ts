import { MOST_CROSS_AISLES } from '#lib/planning';

/** JSON Schemas of the files that `wavehouse import` reads; also their documentation (docs/guides). Lengths in mm, weights in grams. */
const code = { type: 'string', pattern: '^[A-Z0-9]+(-[A-Z0-9]+)*$', maxLength: 32 };
const name = { type: 'string', minLength: 1, maxLength: 80 };
const mm = { type: 'integer', minimum: 0, maximum: 10_000_000 };
const size = { type: 'integer', minimum: 1, maximum: 10_000 };
const count = { type: 'integer', minimum: 1, maximum: 10_000 };
const grams = { type: 'integer', minimum: 1, maximum: 1_000_000 };
const agentCode = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$' };
const milliseconds = { type: 'integer', minimum: 0, maximum: 86_400_000 };
const locationType = { enum: ['pick-face', 'reserve', 'receiving', 'staging', 'hospital', 'dock'] };

function object(properties: Record<string, object>, optional: string[] = []) {
  const required = Object.keys(properties).filter((each) => !optional.includes(each));
  return { type: 'object', additionalProperties: false, required, properties };
}

const list = (items: object) => ({ type: 'array', items });
const timeOfDay = { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' };

/** A block of equal aisles: `A-<aisle>-<bay>-<level>`, walked in a serpentine. */
const aisles = object({
  zone: code,
  type: locationType,
  /** First and last aisle number. */
  aisles: { type: 'array', items: count, minItems: 2, maxItems: 2 },
  bays: count,
  levels: count,
  /** Where the first bay of the first aisle stands, and how far aisles and bays are apart. */
  xMm: mm,
  yMm: mm,
  aisleSpacingMm: size,
  bayWidthMm: size,
});

/** Equal slots in a wall. */
const putWall = object(
  {
    station: { type: 'string', minLength: 1, maxLength: 34 },
    first: { type: 'integer', minimum: 0, maximum: 999_999 },
    rows: { type: 'integer', minimum: 1, maximum: 50 },
    columns: { type: 'integer', minimum: 1, maximum: 50 },
    volumeMl: { type: 'integer', minimum: 1, maximum: 10_000_000 },
    light: { type: 'string', minLength: 1, maxLength: 64 },
  },
  ['light'],
);

export const siteSchema = object(
  {
    site: object(
      {
        code: { type: 'string', pattern: '^[A-Za-z0-9]{2,12}$' },
        name,
        timezone: { type: 'string', minLength: 1, maxLength: 64 },
        /** Where the cross aisles lie along the aisles; where nothing is said they are where the locations leave gaps. */
        crossAislesMm: { type: 'array', items: mm, maxItems: MOST_CROSS_AISLES, uniqueItems: true },
        /** Aisles that may be walked in one direction only: `up` towards larger places along them. */
        oneWayAisles: list(object({ zone: code, aisle: count, direction: { enum: ['up', 'down'] } })),
      },
      ['crossAislesMm', 'oneWayAisles'],
    ),
    zones: list(object({ code, name })),
    aisles: list(aisles),
    locations: list(
      object(
        {
          code,
          zone: code,
          type: locationType,
          xMm: mm,
          yMm: mm,
          aisle: mm,
          bay: mm,
          level: mm,
          pickSequence: mm,
        },
        ['aisle', 'bay', 'level', 'pickSequence'],
      ),
    ),
    stations: list(
      object({
        code: { type: 'string', pattern: '^S-[A-Z0-9]+(-[A-Z0-9]+)*$', maxLength: 34 },
        kind: { enum: ['receiving-desk', 'pick-start', 'put-wall', 'pack-bench', 'induction', 'dock-door'] },
        name,
        xMm: mm,
        yMm: mm,
      }),
    ),
    /** `maxGrams`: the goods that a cart carries. */
    carts: object(
      { first: count, last: count, slots: { type: 'integer', minimum: 1, maximum: 60 }, maxGrams: grams },
      ['maxGrams'],
    ),
    /** `volumeMl`, `maxGrams`: what one tote is filled with at most. */
    totes: object(
      {
        first: count,
        last: { type: 'integer', minimum: 1, maximum: 999_999 },
        volumeMl: { type: 'integer', minimum: 1, maximum: 10_000_000 },
        maxGrams: grams,
      },
      ['volumeMl', 'maxGrams'],
    ),
    putWalls: list(putWall),
    cartons: list(
      object({
        code,
        name,
        lengthMm: size,
        widthMm: size,
        heightMm: size,
        tareGrams: { type: 'integer', minimum: 0, maximum: 100_000 },
        maxGrams: grams,
      }),
    ),
  },
  ['aisles', 'locations', 'carts', 'totes', 'putWalls'],
);

/** A scale or a dimensioner in the line before a point: its devices, its lane, and what becomes of parcels that it missed. */
const check = object(
  {
    lane: code,
    scale: agentCode,
    dimensioner: agentCode,
    windowMs: { type: 'integer', minimum: 1, maximum: 60_000 },
    waitMs: { type: 'integer', minimum: 0, maximum: 60_000 },
    whenMissing: { enum: ['pass', 'check'] },
  },
  ['scale', 'dimensioner', 'windowMs', 'waitMs', 'whenMissing'],
);

export const shippingSchema = object(
  {
    carriers: list(object({ code, name })),
    services: list(
      object({
        carrier: code,
        service: code,
        name,
        cutOffTime: timeOfDay,
      }),
    ),
    ranges: list(
      object(
        {
          kind: { enum: ['sscc', 's10'] },
          carrier: code,
          prefix: { type: 'string', pattern: '^([0-9]{5,13}|[A-Z]{4})$' },
          first: { type: 'integer', minimum: 0 },
          last: { type: 'integer', minimum: 1, maximum: 9_999_999_999 },
        },
        ['carrier'],
      ),
    ),
    lanes: list(
      object(
        {
          code,
          name,
          kind: { enum: ['ship', 'exception', 'no-read', 'recirculation'] },
          stagingLocation: code,
          capacity: count,
          takes: list(
            object({ carrier: code, service: code, rank: count, cutOffTime: timeOfDay }, ['cutOffTime']),
          ),
        },
        ['stagingLocation', 'capacity', 'takes'],
      ),
    ),
    points: list(
      object(
        {
          code,
          device: agentCode,
          exceptionLane: code,
          noReadLane: code,
          recirculationLane: code,
          lapsMax: { type: 'integer', minimum: 0, maximum: 100 },
          deadlineMs: { type: 'integer', minimum: 1, maximum: 60_000 },
          safeLane: code,
          coreGoneAfterMs: milliseconds,
          confirmLimitMs: { type: 'integer', minimum: 1_000, maximum: 3_600_000 },
          check,
        },
        ['recirculationLane', 'lapsMax', 'safeLane', 'coreGoneAfterMs', 'confirmLimitMs', 'check'],
      ),
    ),
    /** Where a parcel that left a point by a lane must be seen next; one that is not is missing. */
    segments: list(
      object({
        from: code,
        lane: code,
        to: code,
        lengthMm: mm,
        speedMmPerS: size,
        marginMs: milliseconds,
      }),
    ),
  },
  ['segments'],
);

export const devicesSchema = object({
  devices: list(
    object(
      {
        code: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,50}$' },
        agent: agentCode,
        kind: { enum: ['scanner', 'scale', 'printer', 'dimensioner', 'conveyor-plc', 'light', 'tunnel'] },
        driver: { type: 'string', pattern: '^[a-z0-9-]+/[a-z0-9-]+$' },
        station: { type: 'string', maxLength: 34 },
        link: { type: 'object' },
        config: { type: 'object' },
      },
      ['station', 'link', 'config'],
    ),
  ),
});

const filter = object(
  {
    merchantCodes: list({ type: 'string' }),
    carriers: list(code),
    services: list(code),
    cutOffWithinMinutes: count,
    linesMax: count,
    priorityMax: { type: 'integer', minimum: 1, maximum: 9 },
  },
  ['merchantCodes', 'carriers', 'services', 'cutOffWithinMinutes', 'linesMax', 'priorityMax'],
);

/** How orders are released: templates of waves, and channels that release by themselves. */
export const wavesSchema = object({
  templates: list(
    object(
      {
        name,
        filter,
        limits: object({ ordersMax: count, linesMax: count, unitsMax: count }),
        /** How it is picked; several orders a cart where nothing is said. */
        method: { enum: ['cluster', 'zone', 'single', 'batch'] },
      },
      ['filter', 'method'],
    ),
  ),
  channels: list(
    object(
      {
        name,
        template: name,
        state: { enum: ['open', 'locked', 'asleep'] },
        filter,
        maxInFlight: count,
        batchOrders: count,
      },
      ['filter'],
    ),
  ),
});

export const merchantsSchema = list(
  object({ code: { type: 'string', pattern: '^[A-Z0-9][A-Z0-9-]{1,15}$' }, name }),
);

export const stockSchema = list(
  object(
    {
      merchantCode: { type: 'string', minLength: 1 },
      sku: { type: 'string', minLength: 1 },
      quantity: { type: 'string', pattern: '^[1-9][0-9]{0,6}$' },
      lot: { type: 'string', maxLength: 20 },
      expiresOn: { type: 'string', pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2})?$' },
    },
    ['lot', 'expiresOn'],
  ),
);

export const peopleSchema = object({
  office: list(
    object({
      name,
      email: { type: 'string', format: 'email' },
      password: { type: 'string', minLength: 10, maxLength: 200 },
      roles: {
        type: 'array',
        minItems: 1,
        items: { enum: ['admin', 'supervisor', 'operator', 'integrator'] },
      },
    }),
  ),
  floor: list(
    object(
      {
        name,
        badge: { type: 'string', pattern: '^B-[A-Z0-9]+(-[A-Z0-9]+)*$' },
        pin: { type: 'string', pattern: '^[0-9]{4,8}$' },
        language: { enum: ['en', 'ms', 'zh'] },
      },
      ['language'],
    ),
  ),
});
