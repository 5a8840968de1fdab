import { ApiError } from '../../api/client.js';
import { translator } from '../../lib/i18n.js';
import { errorAt, fieldErrorsOf, fieldWords } from './field-errors.js';

const refusal = new ApiError(400, {
  type: 'about:blank',
  title: 'Bad Request',
  status: 400,
  code: 'request.invalid',
  detail: '2 fields are wrong.',
  errors: [
    { field: 'limits.ordersMax', message: 'must not be less than 1' },
    { field: 'filter.services.0', message: 'must be a string' },
  ],
  traceId: 't',
});

describe('field errors', () => {
  it('are found by the path of their field, and by what they are in', () => {
    const errors = fieldErrorsOf(refusal);
    expect(errorAt(errors, 'limits.ordersMax')).toBe('must not be less than 1');
    expect(errorAt(errors, 'filter.services')).toBe('must be a string');
    expect(errorAt(errors, 'limits.orders')).toBeUndefined();
  });

  it('are said in the language of whoever reads them, and as they were said where that has no words', () => {
    const t = translator('zh', { 'must not be less than {{limit}}': '不能小于 {{limit}}' });
    expect(fieldWords('must not be less than 1', t)).toBe('不能小于 1');
    expect(fieldWords('must be a UUID', t)).toBe('must be a UUID');
  });

  it('are none where no field is named', () => {
    expect(fieldErrorsOf(new Error('down'))).toEqual({});
    expect(fieldErrorsOf(new ApiError(0, null))).toEqual({});
  });
});
