import { commandsTo, scenario } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserveVip, releaseVip, retire, yieldVipName } = commandsTo(NAME);
const given = () => scenario(subnet, NAME).after(define('10.16.0.0/24'));

describe('YieldVipName', () => {
  it('relinquishes a claim, once', () => {
    given()
      .when(yieldVipName('web', 3))
      .then({ type: 'VipNameYielded', name: 'web', claim: 3 })
      .when(yieldVipName('web', 3))
      .thenAlready({ vipHeld: false })
      .when(yieldVipName('web', 1))
      .thenAlready({ vipHeld: false })
      .when(yieldVipName('web', 4))
      .then({ type: 'VipNameYielded', name: 'web', claim: 4 });
  });

  it('does not, while the Vip is held, and says so', () => {
    given()
      .after(reserveVip('web', '', { claim: 3 }))
      .when(yieldVipName('web', 3))
      .thenAlready({ vipHeld: true });
  });

  it('has been done by the release of the Vip', () => {
    given()
      .after(reserveVip('web', '', { claim: 3 }), releaseVip('web'))
      .when(yieldVipName('web', 3))
      .thenAlready({ vipHeld: false });
  });

  it('is possible before the subnet is defined and after it retired, so that the name never hangs', () => {
    scenario(subnet, NAME)
      .when(yieldVipName('web', 0))
      .then({ type: 'VipNameYielded', name: 'web', claim: 0 })
      .after(define('10.16.0.0/24'), retire())
      .when(yieldVipName('web', 1))
      .then({ type: 'VipNameYielded', name: 'web', claim: 1 });
  });

  it('holds through retirement and a new definition', () => {
    given()
      .after(yieldVipName('web', 3), retire(), define('10.16.0.0/24'))
      .when(reserveVip('web', '', { claim: 3 }))
      .thenRefused('VipNameTaken');
  });
});
