import { ApiProperty } from "@nestjs/swagger";
import { Expose, Transform } from "class-transformer";
import { Length } from "class-validator";

export class UserSearchQuery {
  @ApiProperty({ description: "Part of a name or an email" })
  @Transform(({ value }) => (typeof value === "string" ? value.trim() : value))
  @Length(2, 100)
  q!: string;
}

/** All that a search shows of a user. */
export class UserSearchItem {
  @ApiProperty()
  @Expose()
  id!: number;

  @ApiProperty()
  @Expose()
  name!: string;
}

export class UserSearchResponse {
  @ApiProperty({ type: [UserSearchItem] })
  items!: UserSearchItem[];
}
