import { ApiProperty } from "@nestjs/swagger";

export class ContactDto {
  @ApiProperty()
  id!: number;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  email!: string;

  @ApiProperty({ type: String, nullable: true })
  city!: string | null;
}
