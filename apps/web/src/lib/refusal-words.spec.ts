import { translator } from './i18n.js';
import { refusalWords } from './refusal-words.js';

describe('refusalWords', () => {
  const t = translator('ms', {
    'refusal picking.wrong-item': 'Perlu {{needed}}, dapat {{got}}.',
    'refusal picking.task-closed': 'Kerja ini sudah tamat: {{state}}.',
    'refusal request.invalid': 'Tidak diterima: {{detail}}',
    'refusal packing.wrong-item': 'Dapat {{got}}. Perlu: {{needed}}.',
    'refusal waves.cannot-merge': 'Tidak boleh digabungkan: {{reasons}}',
    'reason of-channel': 'Gelombang {{wave}} milik saluran.',
    'fact state cancelled': 'dibatalkan',
    'fact got an unreadable code': 'kod yang tidak dapat dibaca',
  });
  const said = (code: string, facts: Record<string, unknown>) =>
    refusalWords({ code, facts, message: 'The core said so.' }, t);

  it.each([
    [
      'is filled with its facts',
      said('picking.wrong-item', { needed: 'CUP', got: 3 }),
      'Perlu CUP, dapat 3.',
    ],
    [
      'says words in the language',
      said('picking.task-closed', { state: 'cancelled' }),
      'Kerja ini sudah tamat: dibatalkan.',
    ],
    [
      'says other words as they are',
      said('picking.task-closed', { state: 'lost' }),
      'Kerja ini sudah tamat: lost.',
    ],
    [
      'lists',
      said('packing.wrong-item', { needed: ['2 × CUP', '1 × TEA'], got: 'an unreadable code' }),
      'Dapat kod yang tidak dapat dibaca. Perlu: 2 × CUP, 1 × TEA.',
    ],
    ['lists nothing', said('packing.wrong-item', { needed: [], got: 'CUP' }), 'Dapat CUP. Perlu: –.'],
    [
      'says its reasons, each in the language or as the core did',
      said('waves.cannot-merge', {
        reasons: [
          { code: 'of-channel', facts: { wave: 7 }, text: 'Wave 7 is a channel’s.' },
          { code: 'new-reason', facts: {}, text: 'Something else.' },
        ],
      }),
      'Tidak boleh digabungkan: Gelombang 7 milik saluran. Something else.',
    ],
    ['takes the English along', said('request.invalid', {}), 'Tidak diterima: The core said so.'],
    ['is English without a sentence', said('picking.new-rule', { got: 'CUP' }), 'The core said so.'],
    [
      'is English where a fact is missing',
      said('picking.wrong-item', { needed: 'CUP', got: null }),
      'The core said so.',
    ],
  ])('%s', (_name, sentence, expected) => {
    expect(sentence).toBe(expected);
  });

  it('is the core’s own sentence in English', () => {
    const told = {
      code: 'picking.wrong-item',
      facts: { needed: 'CUP', got: 'TEA' },
      message: 'Need CUP, got TEA.',
    };
    expect(refusalWords(told, translator('en', {}))).toBe('Need CUP, got TEA.');
  });
});
