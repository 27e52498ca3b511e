import { type INestApplication, ValidationPipe } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";
import { ErrorFilter } from "./common/error.filter";
import { notValid } from "./common/not-valid";

/** What the app and its tests have in common. */
export function configureApp(app: INestApplication): void {
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, exceptionFactory: notValid }));
  app.useGlobalFilters(new ErrorFilter(app.get(HttpAdapterHost)));
  const about = new DocumentBuilder().setTitle("Shop").setVersion("1.0").build();
  SwaggerModule.setup("docs", app, () => SwaggerModule.createDocument(app, about));
}
