import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.js';

describe('the command line', () => {
  it('starts the demo on port 3000 with its data in .data, for this machine alone', () => {
    expect(parseOptions([], '/here')).toMatchObject({
      demo: true,
      port: 3000,
      host: '127.0.0.1',
      dataDir: '/here/.data',
    });
  });

  it('takes what the person wants', () => {
    const args = ['--no-demo', '--port', '8080', '--data=/var/x', '--host', '0.0.0.0', '--verbose'];
    expect(parseOptions(args, '/here')).toMatchObject({
      demo: false,
      port: 8080,
      host: '0.0.0.0',
      dataDir: '/var/x',
      verbose: true,
    });
  });

  it.each([
    ['an unknown option', ['--nodemo'], /--nodemo/],
    ['a word too many', ['demo'], /demo/],
    ['a port that is none', ['--port', 'x'], /--port takes a number from 1 to 65535, not "x"/],
    ['a port out of range', ['--port', '70000'], /--port/],
    ['a missing value', ['--data'], /--data/],
    ['an empty directory', ['--data='], /--data/],
  ])('refuses %s in one sentence', (_, args, sentence) => {
    expect(() => parseOptions(args, '/here')).toThrow(sentence);
    expect(() => parseOptions(args, '/here')).not.toThrow(/\n/);
  });
});
