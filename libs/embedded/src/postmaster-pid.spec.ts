import { describe, expect, it } from '@jest/globals';
import { parsePostmasterPid } from './postmaster-pid.js';

describe('postmaster.pid', () => {
  it('tells the process, the port and when the server is ready', () => {
    const text = '4711\n/var/data\n1790000000\n5432\n\n127.0.0.1\n 5432001 32768\nready   \n';
    expect(parsePostmasterPid(text)).toEqual({ pid: 4711, dataDir: '/var/data', port: 5432, ready: true });
    expect(parsePostmasterPid(text.replace('ready   ', 'starting'))).toMatchObject({ ready: false });
  });

  it.each(['', '\n', 'noise\n/x\n', '12'])('is nothing while it is being written: %j', (text) => {
    expect(parsePostmasterPid(text)).toBeUndefined();
  });
});
