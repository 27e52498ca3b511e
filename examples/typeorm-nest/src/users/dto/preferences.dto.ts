import { ApiProperty } from "@nestjs/swagger";
import { Expose } from "class-transformer";
import { IsBoolean, Matches } from "class-validator";

/** What a user chooses, and what is answered: it has the same members. */
export class PreferencesDto {
  @ApiProperty()
  @Expose()
  @IsBoolean()
  newsletter!: boolean;

  @ApiProperty({ example: "en" })
  @Expose()
  @Matches(/^[a-z]{2}(-[A-Z]{2})?$/)
  language!: string;
}
