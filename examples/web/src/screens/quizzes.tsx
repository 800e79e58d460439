import { ListChecks } from 'lucide-react';
import { Link } from 'wouter';
import { useAction } from '../api/action';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { QuizResult } from '../generated/graphql';
import { say } from '../parts/announcements';
import { Avatar } from '../parts/avatar';
import { More } from '../parts/more';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';
import { Ago } from '../parts/time';
import { Sign, words } from './quiz';

const AttemptRowFragment = graphql(`
  fragment AttemptRow on QuizAttempt {
    id
    circleId
    createdAt
    grade
    result
    lessonTitle
    quiz { id passingGrade }
    member { id name avatarUrl }
  }
`);

const Attempts = graphql(`
  query Attempts($slug: String!, $after: String) {
    space(by: { slug: $slug }) {
      id
      course {
        id
        quizAttempts(first: 20, after: $after) {
          edges { cursor node { id ...AttemptRow } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

const GradeQuiz = graphql(`
  mutation GradeQuiz($id: ID!, $result: QuizResult!) {
    result: gradeQuizAttempt(input: { attemptId: $id, result: $result }) { attempt { id result } userErrors { message } }
  }
`);

/** For admins: the latest attempt of each member at each quiz of a course, and a decision on those that no grade decides. */
export default function QuizzesScreen({ slug }: { slug: string }) {
  const { data, error, refetch, more } = useScreen(Attempts, { variables: { slug }, fetchPolicy: 'cache-and-network' });
  const list = data?.space?.course?.quizAttempts;
  return (
    <Screen title="Quizzes" canGoBack refresh={refetch}>
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="row" count={6} /> : !list || list.edges.length === 0 ? (
        <Empty icon={ListChecks} title="Nobody has tried yet">Attempts at the quizzes of the course show here.</Empty>
      ) : (
        <>
          <ul className="card attempts" aria-label="Attempts">{list.edges.map(({ node }) => <li key={node.id}><AttemptRow of={node} slug={slug} /></li>)}</ul>
          {list.pageInfo.hasNextPage && <More load={() => more({ after: list.pageInfo.endCursor })} />}
        </>
      )}
    </Screen>
  );
}

function AttemptRow({ of, slug }: { of: FragmentType<typeof AttemptRowFragment>; slug: string }) {
  const { id, circleId, createdAt, grade, result, lessonTitle, quiz, member } = getFragmentData(AttemptRowFragment, of);
  const [decide, isBusy] = useAction(GradeQuiz);
  const name = member?.name ?? 'A former member';
  const set = async (to: QuizResult) => { if (await decide({ variables: { id, result: to } })) say(`${name}: ${words[to]}`); };
  return (
    <>
      <Link className="attempt" href={`/c/${slug}/quizzes/${quiz.id}/attempts/${circleId}`}>
        <Avatar name={name} url={member?.avatarUrl ?? null} />
        <span><b>{name}</b><span className="meta">{lessonTitle} · {grade} % · <Ago at={createdAt ?? null} /></span></span>
        <span className="quiz-result" data-result={result}><Sign of={result} />{words[result]}</span>
      </Link>
      {quiz.passingGrade == null && result === 'PENDING' && (
        <div className="quiz-foot" role="group" aria-label={`Decide for ${name}`}>
          <button type="button" className="button chosen" disabled={isBusy} onClick={() => void set('PASSED')}>Passed</button>
          <button type="button" className="button quiet" disabled={isBusy} onClick={() => void set('FAILED')}>Not passed</button>
        </div>
      )}
    </>
  );
}
