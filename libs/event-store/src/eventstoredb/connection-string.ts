// The connection string, checked before the client sees it: the client puts the whole of it, password included, into its errors and
// warnings. What it would read otherwise than it says is refused, or put so that it does what it says. No message here has a value.

/** Of a query key: what its value must be. */
type Check = (value: string) => boolean;

const isWholeNumber: Check = (value) => /^-?\d+$/.test(value);
const isEither: Check = (value) => value === 'true' || value === 'false';
const isText: Check = (value) => value !== '';

/** The client's keys; it takes them in any case, with `_` and `-` or without. */
const KEYS: Readonly<Record<string, Check>> = {
  tls: isEither,
  tlsCAFile: isText,
  userCertFile: isText,
  userKeyFile: isText,
  connectionName: isText,
  maxDiscoverAttempts: isWholeNumber,
  discoveryInterval: isWholeNumber,
  gossipTimeout: isWholeNumber,
  keepAliveInterval: isWholeNumber,
  keepAliveTimeout: isWholeNumber,
  // A follower may lag behind what was acknowledged, and takes no append.
  nodePreference: (value) => value.toLowerCase() === 'leader',
};

/** Keys that the client knows, and that would not do what they say. */
const REFUSED: Readonly<Record<string, string>> = {
  tlsVerifyCert: 'has no effect in the client; name the CA with tlsCAFile',
  defaultDeadline: 'is not for a connection string; calls have deadlines of their own',
  throwOnAppendFailure: 'is not for a connection string',
};

const PORT_MAX = 65_535;

export class ConnectionStringFault extends Error {
  override readonly name = 'ConnectionStringFault';

  constructor(what: string) {
    super(`the connection string of EventStoreDB: ${what}`);
  }
}

/**
 * As the client is to be given it.
 * @throws ConnectionStringFault which shows neither user nor password
 */
export function checkedConnectionString(text: string): string {
  const [, scheme, rest] = /^(esdb|esdb\+discover):\/\/(.*)$/s.exec(text.trim()) ?? [];
  if (scheme === undefined || rest === undefined)
    throw new ConnectionStringFault('it begins with esdb:// or esdb+discover://');
  const [address = '', query = '', ...more] = rest.split('?');
  if (more.length > 0) throw new ConnectionStringFault('it has more than one "?"');
  const [credentials, hosts] = splitCredentials(address.replace(/\/+$/, ''));
  checkHosts(hosts);
  checkQuery(query);
  // The client looks only at the first of several hosts to discover; as plain hosts it asks all of them who leads.
  const plain = scheme === 'esdb+discover' && hosts.includes(',') ? 'esdb' : scheme;
  return `${plain}://${credentials}${hosts}${query === '' ? '' : `?${query}`}`;
}

/** `user:password@`, or nothing. */
function splitCredentials(address: string): [credentials: string, hosts: string] {
  const parts = address.split('@');
  if (parts.length === 1) return ['', address];
  if (parts.length > 2)
    throw new ConnectionStringFault('it has more than one "@"; in a user or password write %40 for it');
  const [credentials = '', hosts = ''] = parts;
  const [user = '', password, ...more] = credentials.split(':');
  if (user === '' || password === undefined || password === '' || more.length > 0)
    throw new ConnectionStringFault('before "@" stands user:password; within a password write %3A for ":"');
  if (decoded(user).includes(':'))
    throw new ConnectionStringFault('a user with ":" in its name cannot log in');
  decoded(password);
  return [`${credentials}@`, hosts];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConnectionStringFault('a "%" in a user or password is written %25');
  }
}

function checkHosts(hosts: string): void {
  for (const host of hosts.split(',')) {
    if (host.startsWith('['))
      throw new ConnectionStringFault('the client takes no IPv6 address; give a name that has one');
    const [, name, port] = /^([A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(host) ?? [];
    if (name === undefined || Number(port ?? 1) > PORT_MAX || Number(port ?? 1) === 0)
      throw new ConnectionStringFault('after "//" stand hosts, host:port, with commas between them');
  }
}

function checkQuery(query: string): void {
  if (query === '') return;
  const seen = new Set<string>();
  for (const part of query.split('&')) {
    const [written = '', value, ...more] = part.split('=');
    const name = nameOf(written);
    const why = name === undefined ? undefined : REFUSED[name];
    if (name !== undefined && why !== undefined) throw new ConnectionStringFault(`${name} ${why}`);
    const check = name === undefined ? undefined : KEYS[name];
    if (name === undefined || !check)
      throw new ConnectionStringFault(
        `it has a key that there is none of; there are ${Object.keys(KEYS).join(', ')}`,
      );
    if (seen.has(name)) throw new ConnectionStringFault(`${name} is there twice`);
    if (value === undefined || more.length > 0 || !check(value))
      throw new ConnectionStringFault(`${name} has a value that it cannot have`);
    seen.add(name);
  }
}

function nameOf(written: string): string | undefined {
  const flat = (name: string): string => name.trim().toLowerCase().replace(/[_-]/g, '');
  return [...Object.keys(KEYS), ...Object.keys(REFUSED)].find((name) => flat(name) === flat(written));
}
