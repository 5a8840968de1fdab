import type { ValidationError } from 'class-validator';
import { fieldErrors } from './validation.js';

const error = (property: string, value: unknown, message: string): ValidationError => ({
  property,
  value,
  constraints: { rule: message },
});

it.each([
  [
    'what is missing',
    error('lines', undefined, 'lines must contain no more than 1000 elements'),
    'is missing',
  ],
  ['null', error('sku', null, 'sku must be a string'), 'is missing'],
  ['a wrong value', error('quantity', 0, 'quantity must not be less than 1'), 'must not be less than 1'],
  ['a sentence of our own', error('name', '\n', 'must be one line of text'), 'must be one line of text'],
  [
    'an unknown field',
    error('colour', 'red', 'property colour should not exist'),
    'is not a field of this request',
  ],
])('says of %s what helps', (_what, fault, message) => {
  expect(fieldErrors([fault])).toEqual([{ field: fault.property, message }]);
});
