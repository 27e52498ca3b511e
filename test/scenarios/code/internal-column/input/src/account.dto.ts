import { ApiProperty } from "@nestjs/swagger";

export class AccountDto {
  @ApiProperty()
  id!: number;

  @ApiProperty()
  owner!: string;

  @ApiProperty()
  iban!: string;

  @ApiProperty()
  balance!: number;
}
