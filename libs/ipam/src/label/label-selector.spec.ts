import * as fc from 'fast-check';
import {
  type LabelRequirement,
  SELECTOR_ENTRIES_MAX,
  SELECTOR_ENTRY_LENGTH_MAX,
  formatLabelSelector,
  matchesLabels,
  parseLabelSelector,
} from './label-selector';

const read = (...entries: string[]) => parseLabelSelector(entries).selector;

function selects(entry: string, labels: Record<string, string>): boolean {
  const { selector, malformed } = parseLabelSelector([entry]);
  if (malformed) throw new Error(malformed.message);
  return matchesLabels(selector, labels);
}

describe('reading a selector', () => {
  it.each([
    ['app: aap1', { key: 'app', operator: 'in', values: ['aap1'] }],
    ['app:aap1', { key: 'app', operator: 'in', values: ['aap1'] }],
    [' app :  aap1 ', { key: 'app', operator: 'in', values: ['aap1'] }],
    ['app=web', { key: 'app', operator: 'in', values: ['web'] }],
    ['app == web', { key: 'app', operator: 'in', values: ['web'] }],
    ['app!=web', { key: 'app', operator: 'notin', values: ['web'] }],
    ['app=', { key: 'app', operator: 'in', values: [''] }],
    ['app in (web, api)', { key: 'app', operator: 'in', values: ['web', 'api'] }],
    ['app in(web)', { key: 'app', operator: 'in', values: ['web'] }],
    ['app notin (web)', { key: 'app', operator: 'notin', values: ['web'] }],
    ['app', { key: 'app', operator: 'exists', values: [] }],
    ['!app', { key: 'app', operator: 'absent', values: [] }],
    ['! app', { key: 'app', operator: 'absent', values: [] }],
    ['in', { key: 'in', operator: 'exists', values: [] }],
    [
      'app.kubernetes.io/name: Web_1.2',
      { key: 'app.kubernetes.io/name', operator: 'in', values: ['Web_1.2'] },
    ],
  ])('%j', (entry, requirement) => {
    expect(parseLabelSelector([entry])).toEqual({ selector: [requirement] });
  });

  it('takes several requirements in one entry, as kubectl does', () => {
    expect(read('app=web,tier in (a,b),!old')).toEqual(read('app: web', 'tier in (a,b)', '!old'));
  });

  it.each([
    '',
    ' ',
    ',',
    'app=web,',
    'app aap1',
    'app: web: x',
    'app: web x',
    ': web',
    '=web',
    'app=a=b',
    'app===web',
    'app in',
    'app in (',
    'app in ()',
    'app in (a,,b)',
    'app in (a',
    'app in a)',
    'app in ((a))',
    'app within (a)',
    'app > 5',
    '!',
    '!!app',
    '!app=web',
    '-app',
    'app: -web',
    'app: wéb',
    'Upper.case/app',
    '/app',
    'a/b/c',
    'a..b/c',
    `${'a'.repeat(64)}=x`,
    `a=${'x'.repeat(64)}`,
    `${'a.'.repeat(127)}a/b`,
  ])('refuses %j by its place', (entry) => {
    expect(parseLabelSelector(['app: web', entry])).toMatchObject({
      malformed: { at: 1, message: expect.stringContaining(JSON.stringify(entry)) },
    });
  });

  it('bounds the number of entries and their length', () => {
    const many = Array<string>(SELECTOR_ENTRIES_MAX + 1).fill('app: web');
    expect(parseLabelSelector(many).malformed).toEqual({ message: 'at most 64 entries, not 65' });
    expect(parseLabelSelector(many.slice(1)).malformed).toBeUndefined();
    const long = `app in (${'web,'.repeat(SELECTOR_ENTRY_LENGTH_MAX / 4)}web)`;
    expect(parseLabelSelector([long]).malformed).toEqual({ at: 0, message: 'at most 1024 characters' });
  });

  it('reads or refuses any text, and never reads it as "everything"', () => {
    const bits = fc.constantFrom('app', 'in', 'notin', '(', ')', ',', '=', '!', ':', ' ', 'é', '/', '.');
    const text = fc.oneof(
      fc.string(),
      fc.array(bits, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (entry) => {
        const { selector, malformed } = parseLabelSelector([entry]);
        expect(malformed !== undefined || (selector as readonly unknown[]).length > 0).toBe(true);
      }),
    );
  });

  it('reads what it writes', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,8}[A-Za-z0-9])?$/);
    const requirement: fc.Arbitrary<LabelRequirement> = fc.oneof(
      fc.record({ key: name, operator: fc.constantFrom('exists', 'absent'), values: fc.constant([]) }),
      fc.record({
        key: name,
        operator: fc.constantFrom('in', 'notin'),
        values: fc.array(name, { minLength: 1, maxLength: 4 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(requirement, { minLength: 1, maxLength: 5 }), (selector) => {
        expect(parseLabelSelector([formatLabelSelector(selector)])).toEqual({ selector });
      }),
    );
  });
});

describe('matching labels', () => {
  it.each([
    ['app: web', { app: 'web' }, true],
    ['app: web', { app: 'api' }, false],
    ['app: web', {}, false],
    ['app=', { app: '' }, true],
    ['app=', {}, false],
    ['app!=web', { app: 'api' }, true],
    ['app!=web', {}, true],
    ['app!=web', { app: 'web' }, false],
    ['app in (web, api)', { app: 'api' }, true],
    ['app notin (web, api)', { app: 'api' }, false],
    ['app', { app: '' }, true],
    ['app', { other: 'x' }, false],
    ['!app', {}, true],
    ['!app', { app: 'web' }, false],
    ['app=web,tier=a', { app: 'web' }, false],
    ['app=web,tier=a', { app: 'web', tier: 'a', more: 'x' }, true],
    ['toString', {}, false],
  ])('%j on %j: %s', (entry, labels, expected) => {
    expect(selects(entry, labels as Record<string, string>)).toBe(expected);
  });

  it('selects everything without entries, as Kubernetes does', () => {
    expect(matchesLabels([], { any: 'thing' })).toBe(true);
  });
});
