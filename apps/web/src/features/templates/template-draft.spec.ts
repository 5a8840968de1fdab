import type { PipelineStepView, WaveTemplateView } from '#lib/contracts';
import { isSame } from '../../ui/tower/same-draft.js';
import { bodyOf, draftOf, emptyDraft, leftOut, orderFaults, withStep } from './template-draft.js';

const known: PipelineStepView[] = [
  { name: 'select', optional: false, after: [], options: [] },
  { name: 'reserve', optional: false, after: ['select'], options: [] },
  { name: 'cartonise', optional: true, after: ['select'], options: [] },
  { name: 'batch', optional: false, after: ['reserve', 'cartonise'], options: [] },
];
const template: WaveTemplateView = {
  id: 't1',
  name: 'Small',
  filter: { carriers: ['SWIFT'] },
  limits: { ordersMax: 10, linesMax: 20, unitsMax: 30 },
  thresholds: { ordersMin: 2 },
  planningSecondsMax: null,
  steps: ['select', 'batch'],
  pipeline: [{ name: 'select' }, { name: 'batch', method: 'zone', slotsMax: 4 }],
  archived: false,
  version: 7,
  changedAt: null,
  changedBy: null,
  matching: 0,
  channels: [],
};

describe('a template that is edited', () => {
  it('is saved as it was when nothing was changed', () => {
    const body = bodyOf(draftOf(template), template.version);
    expect(body).toEqual({
      name: 'Small',
      filter: template.filter,
      limits: template.limits,
      thresholds: template.thresholds,
      planningSecondsMax: null,
      pipeline: template.pipeline,
      version: 7,
    });
  });

  it('is the same when a field was filled and emptied again', () => {
    const draft = draftOf(template);
    expect(isSame(draft, { ...draft, filter: { ...draft.filter, linesMax: undefined } })).toBe(true);
    expect(isSame(draft, { ...draft, name: 'Smaller' })).toBe(false);
  });

  it('begins with all steps in an order that works', () => {
    const { steps } = emptyDraft(known);
    expect(steps.map(({ name }) => name)).toEqual(['select', 'reserve', 'cartonise', 'batch']);
    expect(orderFaults(steps, known)).toEqual([]);
  });

  it('says which step stands before one that it needs', () => {
    const steps = ['batch', 'select', 'reserve'].map((name) => ({ name, options: {} }));
    expect(orderFaults(steps, known)).toEqual([{ step: 'batch', before: 'reserve' }]);
  });

  it('takes a step that was left out back to its usual place', () => {
    const steps = ['select', 'reserve', 'batch'].map((name) => ({ name, options: {} }));
    expect(leftOut(steps, known).map(({ name }) => name)).toEqual(['cartonise']);
    const names = withStep(steps, 'cartonise', known).map(({ name }) => name);
    expect(names).toEqual(['select', 'reserve', 'cartonise', 'batch']);
  });
});
