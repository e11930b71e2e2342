// What the other roles in this process know of a Vip: its rows in the Northbound, and which parent answers for it.
import type { VipFindings } from '@holdfast/api';
import { LedgerReader } from '@holdfast/ledger';
import { Injectable, Optional } from '@nestjs/common';
import { NorthboundProjector } from '../../roles/ovn-projector/northbound-projector';
import { VipBindings } from '../../roles/ovn-projector/vip-bindings';

@Injectable()
export class VipFindingsService {
  constructor(
    private readonly reader: LedgerReader,
    @Optional() private readonly northbound?: NorthboundProjector,
    @Optional() private readonly bindings?: VipBindings,
  ) {}

  of(vip: string): VipFindings {
    const { northbound, bindings, reader } = this;
    return {
      projection: northbound?.projectionOf(vip),
      rows: northbound?.rowsOf(vip),
      ...(bindings?.isConnected && { bound: { by: bindings.boundTo(vip, reader.view) } }),
    };
  }
}
