import { Check, CircleCheck, FileText, MessageCircle } from 'lucide-react';
import { Link } from 'wouter';
import { useAction } from '../api/action';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { LessonStatus } from '../generated/graphql';
import { say } from '../parts/announcements';
import { Attachments } from '../parts/attachments';
import { RichText } from '../parts/rich-text';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

const LessonFragment = graphql(`
  fragment Lesson on Lesson {
    id
    circleId
    title
    viewerStatus
    isFeaturedMediaRequired
    isCompletedByFeaturedMedia
    isFeaturedMediaDownloadable
    body {
      html
      ...Attachments
    }
    featuredMedia {
      url
      contentType
      thumbnailUrl
    }
    files {
      id
      filename
      size
      url
    }
    section {
      id
      title
    }
    chatRoom {
      id
      circleId
    }
  }
`);

const CourseOf = graphql(`
  query CourseOf($slug: String!) {
    space(by: { slug: $slug }) { id circleId name }
  }
`);

const LessonQuery = graphql(`
  query Lesson($course: ID!, $lesson: ID!) {
    lesson(by: { circleId: { course: $course, lesson: $lesson } }) {
      id
      ...Lesson
      course { id sections { id lessons { id circleId title isLockedForViewer } } }
    }
  }
`);

const UpdateProgress = graphql(`
  mutation UpdateProgress($id: ID!, $status: LessonStatus!) {
    result: updateLessonProgress(input: { lessonId: $id, status: $status }) {
      lesson { id viewerStatus }
      course { id ...CourseOutline }
      userErrors { message }
    }
  }
`);

/** A lesson of a course, at the address that it has on the community's own pages. */
export default function LessonScreen({ space: slug, lesson: lessonId }: { space: string; lesson: string }) {
  const course = useScreen(CourseOf, { variables: { slug } });
  const courseId = course.data?.space?.circleId;
  const { data, error, refetch } = useScreen(LessonQuery, { variables: { course: courseId ?? '', lesson: lessonId }, skip: !courseId });
  const lesson = data?.lesson;
  const all = lesson?.course.sections.flatMap((section) => section.lessons.map((one) => ({ ...one, section: section.id }))) ?? [];
  const next = all[all.findIndex(({ id }) => id === lesson?.id) + 1];
  return (
    <Screen title={course.data?.space?.name ?? 'Course'} canGoBack>
      {error ?? course.error ? <Failed error={error ?? course.error} retry={error ? refetch : course.refetch} /> : !lesson ? <Skeleton of="card" count={1} /> : (
        <>
          <Lesson of={lesson} />
          {next && !next.isLockedForViewer && <Link className="button chosen next-lesson" href={`/c/${slug}/sections/${next.section}/lessons/${next.circleId}`}>Next: {next.title}</Link>}
        </>
      )}
    </Screen>
  );
}

function Lesson({ of }: { of: FragmentType<typeof LessonFragment> }) {
  const lesson = getFragmentData(LessonFragment, of);
  const { featuredMedia: media, files } = lesson;
  const [update, isBusy] = useAction(UpdateProgress);
  const isDone = lesson.viewerStatus === 'COMPLETED';
  const set = async (status: LessonStatus) => { if (await update({ variables: { id: lesson.id, status } })) say(status === 'COMPLETED' ? 'Lesson done' : 'Marked as not done'); };
  return (
    <article className="card post whole lesson" aria-labelledby="lesson-title">
      <title>{`${lesson.title} · Thornbury Lane`}</title>
      <p className="meta">{lesson.section.title}</p>
      <h2 id="lesson-title">{lesson.title}</h2>
      {media?.url && (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- the storage does not let pages of other origins read its subtitles
        <video
          src={media.url} poster={media.thumbnailUrl ?? undefined} controls preload="none" controlsList={lesson.isFeaturedMediaDownloadable ? undefined : 'nodownload'}
          onEnded={() => { if (lesson.isCompletedByFeaturedMedia && !isDone) void set('COMPLETED'); }}
        />
      )}
      <RichText html={lesson.body.html} />
      <Attachments of={lesson.body} />
      {files.length > 0 && (
        <ul className="files" aria-label="Files">
          {files.map(({ id, filename, size, url }) => <li key={id}><a className="file" href={url ?? undefined} download={filename}><FileText aria-hidden="true" />{filename}<span className="meta">{Math.ceil(size / 1024)} kB</span></a></li>)}
        </ul>
      )}
      <footer className="lesson-foot">
        <button type="button" className={isDone ? 'button chosen' : 'button'} aria-pressed={isDone} disabled={isBusy} onClick={() => void set(isDone ? 'INCOMPLETE' : 'COMPLETED')}>
          {isDone ? <><CircleCheck aria-hidden="true" />Done</> : <><Check aria-hidden="true" />Mark as done</>}
        </button>
        {lesson.chatRoom && <Link className="button quiet" href={`/messages/${lesson.chatRoom.circleId}`}><MessageCircle aria-hidden="true" />Talk about it</Link>}
      </footer>
      {lesson.isFeaturedMediaRequired && !isDone && <p className="meta">Watch it to the end first.</p>}
    </article>
  );
}
