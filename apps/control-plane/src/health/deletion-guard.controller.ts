// Releases the brake on mass release, for one kind of objects and once. Not part of the contract: it concerns this process, and
// what it sees of its cluster now.
import {
  BadRequestException,
  ConflictException,
  Controller,
  HttpCode,
  Logger,
  NotFoundException,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import { Brakes } from './brakes';

@Controller('brakes')
export class BrakeController {
  private readonly log = new Logger('brakes');

  constructor(private readonly brakes: Brakes) {}

  /** @param kind `Vip`, `Subnet`, `SwitchLBRule`, `IPPool` or `Pod`; `missing`: how many are missing, as the status told the caller */
  @Post(':kind/release')
  @HttpCode(200)
  release(@Param('kind') kind: string, @Query('missing') missing?: string): { accepted: readonly string[] } {
    const { source } = this.brakes;
    if (!source) throw new NotFoundException('the role kube-projector does not run in this process');
    if (missing === undefined || !/^\d{1,9}$/.test(missing))
      throw new BadRequestException(
        'missing: say how many are missing, as the status tells; such as ?missing=3',
      );
    const answer = source.acceptMissing(kind, Number(missing));
    if ('refused' in answer) throw new ConflictException(answer.refused);
    this.log.warn({ msg: 'objects that are missing were said to be gone for good', kind, ...answer });
    return { accepted: answer.accepted };
  }
}
