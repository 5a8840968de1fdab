import { describe, expect, it } from '@jest/globals';
import { asParameter, listText, WrittenList } from './list-text.js';

describe('listText', () => {
  it('writes numbers as they are, texts in quotes, null as NULL', () => {
    const id = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
    expect(listText([id, 7, -1.5, null, undefined])).toBe(`{"${id}",7,-1.5,NULL,NULL}`);
    expect(listText(['null', '', 'a,b', '{"code":"x\\y"}'])).toBe(
      '{"null","","a,b","{\\"code\\":\\"x\\\\y\\"}"}',
    );
    expect(listText([])).toBe('{}');
  });

  it('leaves what it does not know to the driver', () => {
    for (const value of [new Date(0), true, [1], Buffer.from('a'), {}])
      expect(listText(['a', value])).toBeNull();
  });
});

it('writes a long list ahead of its statement, and leaves short ones and what it does not know as they are', () => {
  const long = Array.from({ length: 51 }, (_, at) => at);
  expect(asParameter(long)).toEqual(new WrittenList(`{${long.join()}}`));
  for (const list of [long.slice(1), [...long, true]]) expect(asParameter(list)).toBe(list);
});
