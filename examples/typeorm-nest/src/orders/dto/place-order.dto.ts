import { ApiProperty, ApiPropertyOptional } from "@nestjs/swagger";
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from "class-validator";
import { maxId } from "../../common/page";

export class PlaceOrderDto {
  @ApiProperty()
  @IsInt()
  @Min(1)
  @Max(maxId)
  userId!: number;

  @ApiProperty()
  @IsInt()
  @Min(0)
  @Max(100_000_000)
  totalCents!: number;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  note?: string;
}
