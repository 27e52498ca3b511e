import { ApiPropertyOptional } from "@nestjs/swagger";
import { Type } from "class-transformer";
import { IsInt, Max, Min } from "class-validator";

// Ids are int4 in the database: a larger one cannot exist and must not reach it.
export const maxId = 2_147_483_647;

export class IdParams {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(maxId)
  id!: number;
}

export class PageQuery {
  @ApiPropertyOptional({ description: "The id that the page before ended with" })
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(maxId)
  after = 0;

  @ApiPropertyOptional({ maximum: 100 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;
}

/** The cursor of the page after this one, or null when this one was not full. */
export function nextAfter(rows: readonly { id: number }[], limit: number): number | null {
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}
