import { scenario } from '../testing';
import { commandsTo } from '../testing';
import { subnet as subnetAggregate } from '../subnet';
import { type ClaimVipName, type FreeVipName, vipName } from '.';

const given = () => scenario(vipName, 'web');
const claim = (subnet: string): ClaimVipName => ({ type: 'ClaimVipName', name: 'web', subnet });
const free = (number: number): FreeVipName => ({ type: 'FreeVipName', name: 'web', claim: number });
const claimed = (subnet: string, number: number) =>
  ({ type: 'VipNameClaimed', subnet, claim: number }) as const;

describe('ClaimVipName', () => {
  it('claims a name that nobody has, under a number that was never used before', () => {
    given()
      .when(claim('a'))
      .then(claimed('a', 0))
      .after(free(0))
      .when(claim('b'))
      .then(claimed('b', 1))
      .after(free(1))
      .when(claim('a'))
      .then(claimed('a', 2));
  });

  it('by the subnet that has it tells the number again', () => {
    given().after(claim('a')).when(claim('a')).thenAlready({ claim: 0 });
  });

  it('by another subnet is refused, and told whose it is under which number', () => {
    given()
      .after(claim('a'))
      .when(claim('b'))
      .thenRefused(
        'VipNameTaken',
        { vip: 'web', subnet: 'a', claim: '0' },
        'name web is taken in subnet a',
        'choose another name',
      );
  });
});

describe('FreeVipName', () => {
  it('ends the claim of that number', () => {
    given()
      .after(claim('a'))
      .when(free(0))
      .then({ type: 'VipNameFreed', claim: 0 })
      .when(free(0))
      .thenAlready({ claim: 0 });
  });

  it('that comes late, for an older claim, changes nothing', () => {
    given()
      .after(claim('a'), free(0), claim('b'))
      .when(free(0))
      .thenAlready({ claim: 0 })
      .when(claim('a'))
      .thenRefused('VipNameTaken', { subnet: 'b', claim: '1' });
  });

  it('of a claim that was never made changes nothing', () => {
    given().when(free(0)).thenAlready().when(claim('a')).then(claimed('a', 0));
  });
});

describe('a Vip name, claimed, given up and claimed elsewhere', () => {
  it('is never held in two subnets: the first subnet swore the claim off before another could have the name', () => {
    const [a, b] = [commandsTo('a'), commandsTo('b')];
    const inA = scenario(subnetAggregate, 'a').after(a.define('10.0.0.0/24'));
    const inB = scenario(subnetAggregate, 'b').after(b.define('10.1.0.0/24'));
    const name = given().after(claim('a'));
    // The one who claimed it for a is slow; another finds no Vip behind the claim and clears it.
    inA.after(a.yieldVipName('web', 0));
    name.after(free(0), claim('b'));
    inB.after(b.reserveVip('web', '', { claim: 1 }));
    inA.when(a.reserveVip('web', '', { claim: 0 })).thenRefused('VipNameTaken', { subnet: 'a' });
  });
});
