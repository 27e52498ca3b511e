import { PartialType } from "@nestjs/mapped-types";
import { IsInt, IsString } from "class-validator";

export class CreateCatDto {
  @IsString()
  name!: string;

  @IsString()
  color!: string;

  @IsInt()
  age!: number;
}

export class UpdateCatDto extends PartialType(CreateCatDto) {}
