import { ApiProperty } from "@nestjs/swagger";
import { Expose, Type } from "class-transformer";
import { OrderStatus } from "../order.entity";

/** Who ordered, by id and name only. */
export class CustomerResponse {
  @ApiProperty()
  @Expose()
  id!: number;

  @ApiProperty()
  @Expose()
  name!: string;
}

export class OrderResponse {
  @ApiProperty()
  @Expose()
  id!: number;

  @ApiProperty({ enum: OrderStatus })
  @Expose()
  status!: OrderStatus;

  @ApiProperty()
  @Expose()
  totalCents!: number;

  @ApiProperty({ type: String, nullable: true })
  @Expose()
  note!: string | null;

  @ApiProperty()
  @Expose()
  createdAt!: Date;

  @ApiProperty({ type: CustomerResponse })
  @Expose({ name: "user" })
  @Type(() => CustomerResponse)
  customer!: CustomerResponse;
}

export class OrderListResponse {
  @ApiProperty({ type: [OrderResponse] })
  items!: OrderResponse[];

  @ApiProperty({ type: Number, nullable: true })
  nextAfter!: number | null;
}
