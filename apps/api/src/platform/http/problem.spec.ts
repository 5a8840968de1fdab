import { describe, expect, it } from '@jest/globals';
import { BadRequestException, NotFoundException } from '@nestjs/common';
import { Refusal } from '../refusal.js';
import { problemOf } from './problem.js';

const TRACE = 'f'.repeat(32);
const database = (code: string, message = '', constraint?: string) =>
  Object.assign(new Error(message), { driverError: { code, message, constraint } });

describe('problemOf', () => {
  it('says of a refusal what its module said', () => {
    const refusal = new Refusal('picking.wrong-location', 'Need A-03-2, got A-03-1.', {
      facts: { needed: 'A-03-2' },
      retryAfterSeconds: 3,
    });
    expect(problemOf(refusal, TRACE)).toEqual({
      problem: {
        type: 'about:blank',
        title: 'Conflict',
        status: 409,
        code: 'picking.wrong-location',
        detail: 'Need A-03-2, got A-03-1.',
        facts: { needed: 'A-03-2' },
        traceId: TRACE,
      },
      retryAfterSeconds: 3,
      fault: false,
    });
  });

  it.each([
    [database('23505', '', 'orders_ref_uq'), 409, 'request.already-exists', 'orders_ref_uq'],
    [
      database('23505', 'violates unique constraint "orders_ref_uq_102964"'),
      409,
      'request.already-exists',
      'orders_ref_uq',
    ],
    [database('23503', '', 'items_merchant_fk'), 409, 'request.reference', 'items_merchant_fk'],
    [database('23514', '', 'levels_quantity_ck'), 409, 'request.rule', 'levels_quantity_ck'],
  ])('names the constraint of %p, without a shard number', (error, status, code, constraint) => {
    expect(problemOf(error, TRACE).problem).toMatchObject({ status, code, facts: { constraint } });
  });

  it.each([
    [database('42501'), 403, 'access.forbidden', false],
    [database('22P02'), 400, 'request.invalid', false],
    [database('22021'), 400, 'request.invalid', false],
    [database('57014'), 503, 'platform.busy', false],
    [database('57P01'), 503, 'platform.busy', true],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 503, 'platform.busy', true],
    [new Error('Connection terminated unexpectedly'), 503, 'platform.busy', true],
    [new NotFoundException('Cannot GET /x'), 404, 'request.no-route', false],
    [new BadRequestException('Unexpected token'), 400, 'request.malformed', false],
    [
      Object.assign(new Error('too large'), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' }),
      413,
      'request.too-large',
      false,
    ],
    [new Error('secret: hunter2'), 500, 'platform.fault', true],
    [null, 500, 'platform.fault', true],
    ['thrown text', 500, 'platform.fault', true],
  ])('%p is %i %s', (error, status, code, fault) => {
    const answer = problemOf(error, TRACE);
    expect(answer.problem).toMatchObject({ status, code, traceId: TRACE });
    expect(answer.fault).toBe(fault);
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|Unexpected token|Cannot GET/);
  });
});
