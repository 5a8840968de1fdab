import type { BarcodeFaultCode } from '../fault.js';

/** What is wrong with one component of a value, `at` counted from the component's first character. */
export interface ValueFault {
  readonly code: BarcodeFaultCode;
  readonly at: number;
  readonly message: string;
}
