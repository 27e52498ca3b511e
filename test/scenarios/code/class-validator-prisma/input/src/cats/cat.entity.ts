import { ApiProperty } from "@nestjs/swagger";

export class CatEntity {
  @ApiProperty()
  id!: number;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  color!: string;

  @ApiProperty()
  age!: number;

  constructor(partial: Partial<CatEntity>) {
    Object.assign(this, partial);
  }
}
