import { PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { CreateSchedule, ScheduleRule } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

const ofTimes = (rule: ScheduleRuleDto) => rule.kind === 'times';
const ofCutOff = (rule: ScheduleRuleDto) => rule.kind === 'cut-off';

export class ScheduleRuleDto {
  @IsIn(['times', 'cut-off'])
  kind: 'times' | 'cut-off';

  /** `HH:MM` on the site's clock. */
  @ValidateIf(ofTimes)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(96)
  @ArrayUnique()
  @Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { each: true, message: 'each must be a time such as 14:30' })
  times?: string[];

  /** 1 Monday to 7 Sunday. */
  @ValidateIf(ofTimes)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(7)
  @ArrayUnique()
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(7, { each: true })
  days?: number[];

  /** Begins this much earlier than the plan back from the cut-off says. */
  @ValidateIf(ofCutOff)
  @IsInt()
  @Min(0)
  @Max(1_440)
  marginMinutes?: number;

  /** Fewer orders than this wait for more, unless one is at risk. */
  @ValidateIf(ofCutOff)
  @IsInt()
  @Min(1)
  @Max(100_000)
  ordersMin?: number;
}

export class CreateScheduleDto implements Omit<CreateSchedule, 'rule'> {
  @IsString()
  @IsLine()
  @Length(1, 80)
  name: string;

  @IsUUID()
  templateId: string;

  @IsObject()
  @ValidateNested()
  @Type(() => ScheduleRuleDto)
  rule: ScheduleRuleDto;

  /** Plans only; a person releases. */
  @IsOptional()
  @IsBoolean()
  planOnly?: boolean;

  @IsOptional()
  @IsBoolean()
  active?: boolean;
}

export class ChangeScheduleDto extends PartialType(CreateScheduleDto) {}

/** The rule as it is kept: nothing of the other kind. */
export function ruleOf(dto: ScheduleRuleDto): ScheduleRule {
  if (dto.kind === 'times') return { kind: 'times', times: dto.times!, days: dto.days! };
  return { kind: 'cut-off', marginMinutes: dto.marginMinutes!, ordersMin: dto.ordersMin! };
}
