/** The limits of an order, shared by the form of single orders and the schema of bulk ones. */
export const ORDER_LIMITS = {
  ref: 64,
  code: 40,
  sku: 48,
  name: 80,
  street: 100,
  city: 60,
  postcode: 16,
  phone: 32,
  priorityMax: 9,
  lines: 200,
  quantity: 10_000,
} as const;

/** One line of text: no control, formatting, private-use or unpaired characters, and not blank. */
export const TEXT = '^(?=.*\\S)[^\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]+$';

export const COUNTRY = '^[A-Z]{2}$';

export const MOMENT = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2})$';
