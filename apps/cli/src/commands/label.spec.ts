// Labels, against a real control plane: what people write and read.
import { aControlPlane } from '../testing/control-plane';
import { Terminal } from '../testing/terminal';
import { expectSeen, transcript } from '../testing/transcript';

const controlPlane = aControlPlane();
const seen = (expected: string): Promise<void> => expectSeen(controlPlane().server, expected);

it('of a subnet', () =>
  seen(transcript`
    $ holdfast subnet define s1 --cidr 10.1.0.0/24 --label team=net --label env=prod
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s1     10.1.0.0/24   10.1.0.1   0s        -
    $ holdfast subnet define s2 --cidr 10.2.0.0/24 --label team=web
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s2     10.2.0.0/24   10.2.0.1   0s        -
    $ holdfast subnet define s2 --cidr 10.2.0.0/24 --label team=net
    holdfast: SubnetExists: ...
    [exit code 1]
    $ holdfast subnet list -l team=net -o wide
    NAME   CIDR          GATEWAY    V4USING   V4AVAILABLE   V6USING   V6AVAILABLE   COOLING   EXCLUDED   LABELS
    s1     10.1.0.0/24   10.1.0.1   0         253           -         -             0s        -          env=prod,team=net
    $ holdfast subnet list --selector "team in (web, shop),!env"
    NAME   CIDR          GATEWAY    V4USING   V4AVAILABLE   V6USING   V6AVAILABLE
    s2     10.2.0.0/24   10.2.0.1   0         253           -         -
    $ holdfast subnet list -l team=none
    There are no such subnets.
    $ holdfast label subnet s1 env- team=ops
    subnet s1 has labels team=ops.
    $ holdfast subnet get s1 -o wide
    NAME   CIDR          GATEWAY    V4USING   V4AVAILABLE   V6USING   V6AVAILABLE   COOLING   EXCLUDED   LABELS
    s1     10.1.0.0/24   10.1.0.1   0         253           -         -             0s        -          team=ops
    $ holdfast label subnet s1 team- none-
    subnet s1 has no labels.
  `));

it('of pools, reservations and Vips', () =>
  seen(transcript`
    $ holdfast subnet define s3 --cidr 10.3.0.0/24
    NAME   CIDR          GATEWAY    COOLING   EXCLUDED
    s3     10.3.0.0/24   10.3.0.1   0s        -
    $ holdfast pool define s3 mail --range 10.3.0.9 --label team=mail
    SUBNET   NAME   RANGES     NAMESPACES
    s3       mail   10.3.0.9   -
    $ holdfast label pool s3/mail env=prod
    pool s3/mail has labels env=prod,team=mail.
    $ holdfast pool list -l env -o wide
    SUBNET   NAME   RANGES     NAMESPACES   V4USING   V4AVAILABLE   LABELS
    s3       mail   10.3.0.9   -            0         1             env=prod,team=mail
    $ holdfast reserve s3 pod/default/a --label team=web -o wide
    SUBNET   HOLDER          V4         V6   MAC                 LABELS
    s3       pod/default/a   10.3.0.2   -    02:41:0a:03:00:02   team=web
    $ holdfast reserve s3 pod/default/a --label team=net
    holdfast: HolderHasDifferentAddress: ...
    [exit code 1]
    $ holdfast label reservation s3/pod/default/a tier=1
    reservation s3/pod/default/a has labels team=web,tier=1.
    $ holdfast reservation list -l tier=1 -o wide
    SUBNET   HOLDER          V4         V6   MAC                 SINCE                      RETENTION        LABELS
    s3       pod/default/a   10.3.0.2   -    02:41:0a:03:00:02   2026-01-31T14:05:00.000Z   release (kind)   team=web,tier=1
    $ holdfast vip reserve lb --subnet s3 --label team=lb
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE
    lb     s3       10.3.0.3   -    02:41:0a:03:00:03   -      -
    $ holdfast label vip lb team=net
    vip lb has labels team=net.
    $ holdfast vip list -l team=net -o wide
    NAME   SUBNET   V4         V6   MAC                 TYPE   NAMESPACE   SINCE                      SELECTOR   NOTE   LABELS
    lb     s3       10.3.0.3   -    02:41:0a:03:00:03   -      -           2026-01-31T14:05:00.000Z   -          -      team=net
    $ holdfast vip show lb
    Vip:        lb
    Subnet:     s3
    Addresses:  10.3.0.3
    MAC:        02:41:0a:03:00:03
    Type:       -
    Namespace:  -
    Selector:   -
    Note:       -
    Labels:     team=net
    Since:      2026-01-31T14:05:00.000Z

    Conditions:
      TYPE        STATUS    REASON     MESSAGE
      Reserved    True      Reserved   10.3.0.3 is reserved in subnet s3.
      Projected   Unknown   NotKnown   This server does not know: it writes no rows, or has not yet compared those of this Vip.
      InUse       False     Unused     It has neither parents nor rules, and is no Pod's address.

    Parents: none

    Rules: none

    Life:
      TIME                       EVENT            ABOUT             ADDRESSES   MAC                 BY      THROUGH   REASON
      2026-01-31T14:05:00.000Z   VipNameClaimed   -                 -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   LabelsSet        labels team=lb    -           -                   alice   http      -
      2026-01-31T14:05:00.000Z   VipReserved      -                 10.3.0.3    02:41:0a:03:00:03   alice   http      -
      2026-01-31T14:05:00.000Z   LabelsSet        labels team=net   -           -                   alice   http      -
    $ holdfast history pod/default/a
    TIME                       EVENT             HOLDER          ABOUT                    ADDRESSES   MAC                 BY      THROUGH   REASON
    2026-01-31T14:05:00.000Z   LabelsSet         pod/default/a   labels team=web          -           -                   alice   http      -
    2026-01-31T14:05:00.000Z   AddressReserved   pod/default/a   -                        10.3.0.2    02:41:0a:03:00:02   alice   http      -
    2026-01-31T14:05:00.000Z   LabelsSet         pod/default/a   labels team=web,tier=1   -           -                   alice   http      -
  `));

describe('what is refused', () => {
  it.each([
    ['label subnet none a=b', 1, 'SubnetNotFound'],
    ['label vip none a=b', 1, 'VipNotFound'],
    ['label pool none/a a=b', 1, 'SubnetNotFound'],
    ['label reservation mail a=b', 2, 'SUBNET/HOLDER'],
    ['label pool mail a=b', 2, 'SUBNET/NAME'],
    ['label subnet s1 team', 2, 'key=value, or key-'],
    ['label subnet s1 =b', 2, 'key=value, or key-'],
    ['label subnet s1', 2, 'changes'],
    ['label thing s1 a=b', 2, 'Allowed choices are'],
    ['subnet define s9 --cidr 10.9.0.0/24 --label team', 2, 'Expected key=value'],
    ['subnet define s9 --cidr 10.9.0.0/24 --label -=', 2, 'labels'],
    ['subnet list -l "a b"', 2, 'labelSelector'],
  ])('%s', async (line, code, said) => {
    const shown = await new Terminal(controlPlane().server).type(`holdfast ${line}`);
    expect(shown.code).toBe(code);
    expect(shown.err).toContain(said);
  });
});

it('a JSON reply has them', async () => {
  const { out } = await new Terminal(controlPlane().server).type('holdfast vip get lb -o json');
  expect(JSON.parse(out)).toMatchObject({ vip: { labels: { team: 'net' } } });
});
