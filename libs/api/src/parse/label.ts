// Labels, whose they are, and selectors of them.
import {
  type LabelSelector,
  type LabelSubject,
  type Labels,
  type SetLabels,
  hasNoLabels,
  labelsFault,
  parseLabelSelector,
  vipHolder,
} from '@holdfast/ipam';
import { type Checked, all, andThen, bad, required, valid } from '../checked';
import type { SetLabelsRequest } from '../contract';
import * as fields from './fields';
import { type Asked, asked } from './options';

/** The subnet is looked up where it is a Vip that is named. */
export type SetLabelsOrder = Omit<SetLabels, 'subnet'> & Partial<Pick<SetLabels, 'subnet'>>;

export function parseSetLabels(request: SetLabelsRequest): Checked<Asked<SetLabelsOrder>> {
  const command = andThen(required(subject)('subject', request.subject), (of) =>
    andThen(soundLabels(request.labels), (labels) =>
      valid<SetLabelsOrder>({ type: 'SetLabels', ...of, labels }),
    ),
  );
  return asked(command, request.options);
}

type Subject = LabelSubject & Partial<Pick<SetLabels, 'subnet'>>;

/** As the paths of HTTP name what is labelled. */
function subject(field: string, text: string): Checked<Subject> {
  const [, vip] = /^vips\/([^/]*)$/.exec(text) ?? [];
  if (vip !== undefined)
    return andThen(fields.name(field, vip), (name) => valid({ holder: vipHolder(name) }));
  const [, subnet, kind, name = ''] = /^subnets\/([^/]*)(?:\/(pools|reservations)\/(.*))?$/.exec(text) ?? [];
  if (subnet === undefined) return bad(field, `expected ${SUBJECTS}`);
  return all<Subject>({
    subnet: fields.name(field, subnet),
    pool: kind === 'pools' ? fields.name(field, name) : valid(undefined),
    holder: kind === 'reservations' ? fields.holderButVip(field, name) : valid(undefined),
  });
}

const SUBJECTS =
  '"subnets/NAME", "subnets/SUBNET/pools/NAME", "subnets/SUBNET/reservations/HOLDER" or "vips/NAME"';

function soundLabels(labels: Labels): Checked<Labels> {
  const fault = labelsFault(labels);
  return fault ? bad(fault.field, fault.message) : valid({ ...labels });
}

/** Of what is to come into being: none given is none asked for. */
export const labelsRequest = ({ labels }: { readonly labels: Labels }): Checked<Labels | undefined> =>
  hasNoLabels(labels) ? valid(undefined) : soundLabels(labels);

export function labelSelector({
  labelSelector: text,
}: {
  readonly labelSelector: string;
}): Checked<LabelSelector | undefined> {
  if (text === '') return valid(undefined);
  const { selector, malformed } = parseLabelSelector([text]);
  return malformed ? bad('label_selector', malformed.message) : valid(selector);
}
