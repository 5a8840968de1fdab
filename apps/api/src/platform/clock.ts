/** Injection token of the `Clock` (libs/contracts): the system's in production, one that tests move elsewhere. */
export const CLOCK = Symbol('clock');
