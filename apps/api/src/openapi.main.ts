import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { openApiDocument } from './openapi.js';

/**
 * Writes `openapi.json` (or, with --check, says whether the committed one is still right) from the built application: only the build
 * knows the fields of the DTOs. Needs no database: nothing is instantiated.
 */
async function main(): Promise<void> {
  const file = resolve('openapi.json');
  const app = await NestFactory.create(AppModule, new FastifyAdapter(), { preview: true, logger: ['error'] });
  const text = `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
    console.log('openapi.json is written.');
    return;
  }
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  console.error('openapi.json is not what the code says: run "npm run openapi" and commit it.');
  process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
