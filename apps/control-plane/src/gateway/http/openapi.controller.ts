// The OpenAPI document of what is served here.
import { openapi } from '@holdfast/api/openapi';
import { Controller, Get, Header } from '@nestjs/common';

@Controller()
export class OpenapiController {
  private readonly document = JSON.stringify(openapi());

  @Get('openapi.json')
  @Header('content-type', 'application/json')
  get(): string {
    return this.document;
  }
}
