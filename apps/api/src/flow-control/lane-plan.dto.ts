import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { LanePlan, LanePlanBody, LaneTake, PointLanes } from '#lib/contracts';

const MOST_TAKES = 1_000;
const MOST_POINTS = 200;

/** Sentences that say enough where no field is beside them. */
const CHOOSE = { message: 'Choose the carrier service that the lane takes.' };
const CHOICE = { message: 'The choice is a whole number from 1 to 99.' };

class LaneTakeDto implements LaneTake {
  @IsString()
  @Length(1, 64)
  lane: string;

  @IsString()
  @Length(1, 64, CHOOSE)
  carrier: string;

  @IsString()
  @Length(1, 64, CHOOSE)
  service: string;

  /** 1 is the first choice of the carrier service; the next ones are its alternatives. */
  @IsInt(CHOICE)
  @Min(1, CHOICE)
  @Max(99, CHOICE)
  rank: number;

  /** HH:MM on the site's clock: the truck whose parcels it takes; null: every truck's. */
  @ValidateIf((_, value) => value !== null)
  @Matches(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, { message: 'A cut-off is a time such as 15:00.' })
  cutOffTime: string | null;
}

class PointLanesDto implements PointLanes {
  @IsString()
  @Length(1, 64)
  point: string;

  @IsString()
  @Length(1, 64)
  exceptionLane: string;

  @IsString()
  @Length(1, 64)
  noReadLane: string;
}

export class LanePlanDto implements LanePlan {
  @IsArray()
  @ArrayMaxSize(MOST_TAKES)
  @ValidateNested({ each: true })
  @Type(() => LaneTakeDto)
  takes: LaneTakeDto[];

  @IsArray()
  @ArrayMaxSize(MOST_POINTS)
  @ValidateNested({ each: true })
  @Type(() => PointLanesDto)
  points: PointLanesDto[];
}

export class SaveLanePlanDto extends LanePlanDto implements LanePlanBody {
  /** The revision that was edited. */
  @IsInt()
  @Min(0)
  @Max(2_000_000_000)
  revision: number;
}

export class UndoLanePlanDto {
  /** The revision to take back: the last one. */
  @IsInt()
  @Min(0)
  @Max(2_000_000_000)
  revision: number;
}
