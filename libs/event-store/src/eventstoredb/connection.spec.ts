// The client's protected members are no promise of its authors: a version that has others must not get into a release.
import { EventStoreDBClient } from '@eventstore/db-client';
import { internalsOf } from './connection';

const client = (): EventStoreDBClient =>
  EventStoreDBClient.connectionString('esdb://127.0.0.1:1?tls=false&throwOnAppendFailure=true');

it('finds all that it uses in the version that is pinned', () => {
  expect(() => internalsOf(client())).not.toThrow();
});

it('says what another version has not', () => {
  const other = Object.assign(Object.create(client()) as object, { callArguments: undefined });
  expect(() => internalsOf(other as unknown as EventStoreDBClient)).toThrow(
    'has no callArguments; pin 6.2.1',
  );
});
