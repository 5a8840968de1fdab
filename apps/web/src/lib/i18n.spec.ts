import { translator } from './i18n.js';

describe('translator', () => {
  const t = translator('en', {
    '{{count}} totes (one)': '{{count}} tote',
    'stage picked': 'Picked',
  });

  it.each([
    ['a sentence without a text is its own', t('Scan a cart'), 'Scan a cart'],
    ['holes are filled', t('Go to {{code}}', { code: 'A-03' }), 'Go to A-03'],
    ['a hole without a value is empty', t('Go to {{code}}', {}), 'Go to '],
    ['one is singular', t('{{count}} totes', { count: 1 }), '1 tote'],
    ['two are plural', t('{{count}} totes', { count: 2 }), '2 totes'],
    ['names have their text', t('stage picked'), 'Picked'],
    ['names without a text lose their dashes', t('wave in-progress'), 'in progress'],
    ['names may have several words', t('remedy put back on the belt'), 'put back on the belt'],
    ['a value is no pattern', t('Need {{needed}}', { needed: '{{got}} $& $1' }), 'Need {{got}} $& $1'],
  ])('%s', (_name, said, expected) => {
    expect(said).toBe(expected);
  });

  it('has no singular where the language has none', () => {
    expect(translator('zh', { '{{count}} totes': '{{count}} 个' })('{{count}} totes', { count: 1 })).toBe(
      '1 个',
    );
  });
});
