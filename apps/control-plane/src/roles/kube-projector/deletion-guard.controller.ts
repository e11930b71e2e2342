// Overrides the deletion guard, for one kind of objects and once. Not part of the contract: it concerns this process, and what
// it sees of its cluster now.
import {
  BadRequestException,
  ConflictException,
  Controller,
  HttpCode,
  Logger,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import { KubernetesProjector } from './kubernetes-projector';

@Controller('deletion-guards')
export class DeletionGuardController {
  private readonly log = new Logger('deletion-guard');

  constructor(private readonly projector: KubernetesProjector) {}

  /** @param kind `Vip`, `Subnet`, `SwitchLBRule`, `IPPool` or `Pod`; `missing`: how many are missing, as the status told the caller */
  @Post(':kind/override')
  @HttpCode(200)
  override(@Param('kind') kind: string, @Query('missing') missing?: string): { accepted: readonly string[] } {
    if (missing === undefined || !/^\d{1,9}$/.test(missing))
      throw new BadRequestException(
        'missing: say how many are missing, as the status tells; such as ?missing=3',
      );
    const answer = this.projector.overrideDeletionGuard(kind, Number(missing));
    if ('refused' in answer) throw new ConflictException(answer.refused);
    this.log.warn({ msg: 'deletion guard overridden', kind, ...answer });
    return { accepted: answer.accepted };
  }
}
