import { EventStoreDBClient } from '@eventstore/db-client';
import { checkedConnectionString } from './connection-string';

const SECRET = 's3cret';

describe('a connection string', () => {
  it.each([
    'esdb://127.0.0.1:2113?tls=false',
    'esdb://db.example',
    'esdb://a:1,b:2,c:3?tls=true&connectionName=plane-1&node_preference=leader',
    `esdb+discover://holdfast:${SECRET}%40%3A%2F@cluster.example:2113?keepAliveInterval=10000&keep-alive-timeout=-1`,
  ])('%s is handed on as it is, and the client takes it', (text) => {
    expect(checkedConnectionString(text)).toBe(text);
    expect(() => EventStoreDBClient.connectionString(checkedConnectionString(text))).not.toThrow();
  });

  it('of several hosts to discover names hosts that are all asked', () => {
    expect(checkedConnectionString(' esdb+discover://u:p@a,b:2,c/?tls=true ')).toBe(
      'esdb://u:p@a,b:2,c?tls=true',
    );
  });

  it.each([
    ['localhost', 'it begins with esdb://'],
    ['http://localhost', 'it begins with esdb://'],
    ['esdb://[::1]:2113', 'takes no IPv6 address'],
    ['esdb://', 'after "//" stand hosts'],
    ['esdb://a,,b', 'after "//" stand hosts'],
    ['esdb://a:0', 'after "//" stand hosts'],
    ['esdb://a:70000', 'after "//" stand hosts'],
    ['esdb://a b', 'after "//" stand hosts'],
    [`esdb://u:${SECRET}@x@a`, 'write %40'],
    [`esdb://u:${SECRET}:x@a`, 'write %3A'],
    [`esdb://${SECRET}@a`, 'stands user:password'],
    [`esdb://:${SECRET}@a`, 'stands user:password'],
    [`esdb://u%3Av:${SECRET}@a`, 'cannot log in'],
    [`esdb://u:${SECRET}%@a`, 'is written %25'],
    [`esdb://u:${SECRET}@a?tls=false?x=y`, 'more than one "?"'],
    [`esdb://u:${SECRET}@a?nonsense=${SECRET}`, 'a key that there is none of; there are tls'],
    [`esdb://u:${SECRET}@a?tls`, 'tls has a value that it cannot have'],
    [`esdb://u:${SECRET}@a?tls=${SECRET}`, 'tls has a value that it cannot have'],
    [`esdb://u:${SECRET}@a?tls=true&TLS=false`, 'tls is there twice'],
    [`esdb://u:${SECRET}@a?keepAliveInterval=${SECRET}`, 'keepAliveInterval has a value'],
    [`esdb://u:${SECRET}@a?nodePreference=follower`, 'nodePreference has a value'],
    [`esdb://u:${SECRET}@a?tlsVerifyCert=false`, 'tlsVerifyCert has no effect'],
    [`esdb://u:${SECRET}@a?defaultDeadline=5`, 'defaultDeadline is not for'],
  ])('%s is refused, and no secret is in what is said', (text, what) => {
    let message = '';
    try {
      checkedConnectionString(text);
    } catch (fault) {
      ({ message } = fault as Error);
    }
    expect(message).toContain(what);
    expect(message).not.toContain(SECRET);
  });
});
