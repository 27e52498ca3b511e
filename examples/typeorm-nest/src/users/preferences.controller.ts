import { Body, Controller, Get, Param, Put } from "@nestjs/common";
import { ApiOkResponse, ApiTags } from "@nestjs/swagger";
import { plainToInstance } from "class-transformer";
import { IdParams } from "../common/page";
import { PreferencesDto } from "./dto/preferences.dto";
import { PreferencesService } from "./preferences.service";

@ApiTags("users")
@Controller("users/:id/preferences")
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  @Get()
  @ApiOkResponse({ type: PreferencesDto })
  async get(@Param() { id }: IdParams): Promise<PreferencesDto> {
    return toDto(await this.preferences.get(id));
  }

  @Put()
  @ApiOkResponse({ type: PreferencesDto })
  async set(@Param() { id }: IdParams, @Body() body: PreferencesDto): Promise<PreferencesDto> {
    return toDto(await this.preferences.set(id, body));
  }
}

/** Who has not chosen gets what applies to everybody. */
function toDto(preferences: PreferencesDto | null): PreferencesDto {
  const shown = preferences ?? { newsletter: true, language: "en" };
  return plainToInstance(PreferencesDto, shown, { excludeExtraneousValues: true });
}
