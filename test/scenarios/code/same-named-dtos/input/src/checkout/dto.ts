import { IsInt, IsString } from "class-validator";

export class ItemDto {
  @IsInt()
  id!: number;

  @IsString()
  label!: string;

  @IsInt()
  quantity!: number;

  @IsInt()
  price!: number;
}
