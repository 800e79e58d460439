import { CircleCheck, Circle, Lock, Play } from 'lucide-react';
import { Link } from 'wouter';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Failed, Skeleton } from './states';
import { Day, minutes } from './time';

const CourseOutlineFragment = graphql(`
  fragment CourseOutline on Course {
    id
    viewerProgress {
      completedLessonsCount
      lessonsCount
      percent
    }
    sections {
      id
      title
      isReleased
      releasesAt
      lessons {
        id
        circleId
        title
        viewerStatus
        isLockedForViewer
        viewerMustCompletePrevious
        hasFeaturedMedia
        featuredMediaSeconds
      }
    }
  }
`);

const SpaceCourseQuery = graphql(`
  query SpaceCourse($id: ID!) {
    space(by: { id: $id }) {
      id
      slug
      course { id ...CourseOutline }
    }
  }
`);

/** A course: how far the viewer has come, and its lessons. */
export function SpaceCourse({ id }: { id: string }) {
  const { data, error, refetch } = useScreen(SpaceCourseQuery, { variables: { id } });
  if (error) return <Failed error={error} retry={refetch} />;
  if (!data?.space?.course) return <Skeleton of="row" count={8} />;
  return <Outline of={data.space.course} slug={data.space.slug} />;
}

function Outline({ of, slug }: { of: FragmentType<typeof CourseOutlineFragment>; slug: string }) {
  const { viewerProgress: progress, sections } = getFragmentData(CourseOutlineFragment, of);
  const next = sections.flatMap(({ id, lessons }) => lessons.map((lesson) => ({ ...lesson, section: id }))).find((lesson) => lesson.viewerStatus !== 'COMPLETED' && !lesson.isLockedForViewer);
  return (
    <>
      <section className="card course-progress" aria-label="Your progress">
        <p><b>{progress.completedLessonsCount} of {progress.lessonsCount} lessons done</b><span className="meta">{progress.percent} %</span></p>
        <progress aria-label="Lessons done" max={100} value={progress.percent} />
        {next && <Link className="button" href={`/c/${slug}/sections/${next.section}/lessons/${next.circleId}`}>{progress.percent > 0 ? 'Go on' : 'Begin'}: {next.title}</Link>}
      </section>
      <ol className="outline">
        {sections.map((section, i) => (
          <li key={section.id} className="card">
            <h2><span className="meta">{i + 1}</span> {section.title}</h2>
            {!section.isReleased && <p className="meta">{section.releasesAt ? <>Opens on <Day at={section.releasesAt} /></> : 'Not open yet'}</p>}
            <ul>
              {section.lessons.map((lesson) => {
                const isDone = lesson.viewerStatus === 'COMPLETED';
                const words = (
                  <>
                    {isDone ? <CircleCheck className="done" aria-hidden="true" /> : lesson.isLockedForViewer ? <Lock aria-hidden="true" /> : <Circle aria-hidden="true" />}
                    <span>{lesson.title}{isDone && <span className="unseen">, done</span>}</span>
                    {lesson.hasFeaturedMedia && <span className="meta"><Play aria-hidden="true" />{lesson.featuredMediaSeconds != null && minutes(lesson.featuredMediaSeconds)}</span>}
                  </>
                );
                return (
                  <li key={lesson.id}>
                    {lesson.isLockedForViewer
                      ? <span className="lesson-row locked" title={lesson.viewerMustCompletePrevious && section.isReleased ? 'Finish the lesson before it first' : undefined}>{words}<span className="unseen">, locked</span></span>
                      : <Link className="lesson-row" href={`/c/${slug}/sections/${section.id}/lessons/${lesson.circleId}`}>{words}</Link>}
                  </li>
                );
              })}
            </ul>
          </li>
        ))}
      </ol>
    </>
  );
}
