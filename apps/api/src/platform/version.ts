/** What this process tells agents and operators that it is. */
export const VERSION = process.env.npm_package_version ?? '0.1.0';
