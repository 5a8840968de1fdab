/**
 * For planted mistakes: imports a module of the built product by its path in `dist`. The path is no literal, so that nothing of the product
 * depends on torture or the other way round when it is built.
 */
export async function load<T>(path: string): Promise<T> {
  return (await import(new URL(`../../../../${path}`, import.meta.url).href)) as T;
}
