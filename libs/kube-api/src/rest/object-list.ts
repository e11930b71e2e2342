// One whole, consistent list of a kind, in pages.
import type { KubernetesObject } from '../port/kubernetes-object';
import { apiVersionOf, collectionPathOf, type Resource } from '../port/resource';
import { answerFault, messageOf, succeeded } from './answers';
import { isObject, isVersioned, noObject } from './checked-object';
import type { KubernetesRest } from './kubernetes-rest';

/** Objects a page: what client-go asks for; keeps one answer to a few megabytes. */
const PAGE_SIZE = 500;
/** Bound of one list: ten million objects, far above what a cluster holds. */
const PAGES_MAX = 20_000;

export interface ObjectList {
  readonly objects: readonly KubernetesObject[];
  /** Where a watch goes on without missing anything. */
  readonly resourceVersion: string;
}

interface ListBody {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubernetesObject[] | null;
}

/** @throws KubernetesFault */
export async function listAll(rest: KubernetesRest, resource: Resource): Promise<ObjectList> {
  const objects: KubernetesObject[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await rest.call({
      method: 'GET',
      path: collectionPathOf(resource),
      query: token ? { limit: String(PAGE_SIZE), continue: token } : { limit: String(PAGE_SIZE) },
    });
    // The snapshot that the pages come from was compacted away meanwhile: one answer then, however large.
    if (answer.status === 410 && token) return listAtOnce(rest, resource);
    const body = bodyOf(answer.status, answer.body, messageOf(answer), resource);
    objects.push(...itemsOf(body, resource));
    token = body.metadata.continue;
    if (!token) return { objects, resourceVersion: body.metadata.resourceVersion };
  }
  throw answerFault(`list ${resource.plural}`, 500, `more than ${PAGES_MAX} pages`);
}

async function listAtOnce(rest: KubernetesRest, resource: Resource): Promise<ObjectList> {
  const answer = await rest.call({ method: 'GET', path: collectionPathOf(resource) });
  const body = bodyOf(answer.status, answer.body, messageOf(answer), resource);
  return { objects: itemsOf(body, resource), resourceVersion: body.metadata.resourceVersion };
}

function bodyOf(status: number, body: unknown, message: string, resource: Resource): ListBody {
  if (!succeeded({ status, body })) throw answerFault(`list ${resource.plural}`, status, message);
  if (isVersioned(body) && itemsAreObjects((body as unknown as ListBody).items))
    return body as unknown as ListBody;
  throw noObject(`list ${resource.plural}`);
}

function itemsAreObjects(items: unknown): boolean {
  return items === null || items === undefined || (Array.isArray(items) && items.every(isObject));
}

/** Items of a list of a built-in kind do not say what they are; watch events do. */
function itemsOf(body: ListBody, resource: Resource): KubernetesObject[] {
  const what = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  return (body.items ?? []).map((item) => ({ ...what, ...item }));
}
