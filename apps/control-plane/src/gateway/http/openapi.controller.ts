// The OpenAPI document of what is served here.
import { openapi } from '@holdfast/api/openapi';
import { Controller, Get, Header } from '@nestjs/common';

@Controller()
export class OpenapiController {
  private document: string | undefined;

  @Get('openapi.json')
  @Header('content-type', 'application/json')
  get(): string {
    // Made when somebody asks: no start waits for it.
    this.document ??= JSON.stringify(openapi());
    return this.document;
  }
}
