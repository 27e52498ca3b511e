import { ApiProperty } from "@nestjs/swagger";
import { Transform } from "class-transformer";
import { IsEmail, Length, MaxLength } from "class-validator";

export class CreateUserDto {
  @ApiProperty({ example: "Ada@example.com" })
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @ApiProperty({ example: "Ada Lovelace" })
  @Transform(({ value }) => (typeof value === "string" ? value.trim() : value))
  @Length(1, 120)
  name!: string;
}
