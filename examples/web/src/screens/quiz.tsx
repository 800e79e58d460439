import { CircleCheck, CircleX, Clock, ExternalLink, ListChecks, RotateCw } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { useAction } from '../api/action';
import { useScreen } from '../api/screen';
import { viewerId } from '../api/session';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { QuizAnswerInput, QuizAttemptFragment as Attempt, QuizResult } from '../generated/graphql';
import { shareable } from '../parts/addresses';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';
import { Ago } from '../parts/time';

const QuizAttemptFragment = graphql(`
  fragment QuizAttempt on QuizAttempt {
    id
    circleId
    createdAt
    grade
    result
    correctAnswersCount
    quiz { id passingGrade description areAnswersHidden }
    questions {
      id
      type
      statement
      isAnsweredCorrectly
      options { id text isSelected }
    }
  }
`);

const QuizAttemptQuery = graphql(`
  query QuizAttempt($quiz: ID!, $attempt: ID!) {
    quizAttempt(by: { circleId: { quiz: $quiz, attempt: $attempt } }) { id ...QuizAttempt }
  }
`);

const SubmitQuiz = graphql(`
  mutation SubmitQuiz($quiz: ID!, $answers: [QuizAnswerInput!]!, $key: String!) {
    result: submitQuizAttempt(input: { quizId: $quiz, answers: $answers, idempotencyKey: $key }) {
      attempt { id ...QuizAttempt }
      userErrors { message }
    }
  }
`);

const latest = (quiz: string) => `quiz ${viewerId() ?? ''} ${quiz}`;

/**
 * A quiz without an attempt at it. Circle shows quizzes in attempts only: the first one is made on the community's own pages, later
 * ones here, and this device remembers where they are.
 */
export function QuizScreen({ space, quiz }: { space: string; quiz: string }) {
  const attempt = localStorage.getItem(latest(quiz));
  if (attempt) return <Redirect to={`/c/${space}/quizzes/${quiz}/attempts/${attempt}`} replace />;
  return (
    <Screen title="Quiz" canGoBack>
      <Empty icon={ListChecks} title="Your first try is on the community’s own pages">Once you have an attempt, its address opens here, and you can try again.</Empty>
      <p className="more"><a className="button" href={shareable(`/c/${space}/quizzes/${quiz}`)} target="_blank" rel="noreferrer"><ExternalLink aria-hidden="true" />Take the quiz there</a></p>
    </Screen>
  );
}

/** An attempt at a quiz: what was answered, what came of it, and another try. */
export function QuizAttemptScreen({ space, quiz, attempt: attemptId }: { space: string; quiz: string; attempt: string }) {
  const { data, error, refetch } = useScreen(QuizAttemptQuery, { variables: { quiz, attempt: attemptId } });
  const attempt = data?.quizAttempt;
  return (
    <Screen title="Quiz" canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="card" /> : !attempt ? (
        <Empty icon={ListChecks} title="This is not here">Only whoever made an attempt can look at it, and the admins.</Empty>
      ) : <QuizAttempt key={attempt.id} of={attempt} space={space} />}
    </Screen>
  );
}

function QuizAttempt({ of, space }: { of: FragmentType<typeof QuizAttemptFragment>; space: string }) {
  const attempt = getFragmentData(QuizAttemptFragment, of);
  const [isTrying, setTrying] = useState(false);
  const { quiz, questions, result, grade, createdAt, correctAnswersCount } = attempt;
  return (
    <article className="card post whole quiz" aria-labelledby="quiz-title">
      <h2 id="quiz-title">{quiz.description ?? 'Quiz'}</h2>
      {isTrying ? <Try of={attempt} space={space} stop={() => setTrying(false)} /> : (
        <>
          <p className="quiz-result" data-result={result}><Sign of={result} /><b>{words[result]}</b><span className="meta">{correctAnswersCount} of {questions.length} right ({grade} %){quiz.passingGrade != null && `, ${quiz.passingGrade} % pass`} · <Ago at={createdAt ?? null} /></span></p>
          <ol className="questions">
            {questions.map((question) => (
              <li key={question.id}>
                <h3>{question.statement}{question.isAnsweredCorrectly != null && <span className="meta">{question.isAnsweredCorrectly ? 'Right' : 'Wrong'}</span>}</h3>
                <ul>{question.options.map(({ id, text, isSelected }) => <li key={id} data-is-selected={isSelected} data-is-wrong={isSelected && question.isAnsweredCorrectly === false}>{text}{isSelected && <span className="meta">answered</span>}</li>)}</ul>
              </li>
            ))}
          </ol>
          {quiz.areAnswersHidden && <p className="meta">This quiz keeps to itself which answers are right.</p>}
          <button type="button" className="button" onClick={() => setTrying(true)}><RotateCw aria-hidden="true" />Try again</button>
        </>
      )}
    </article>
  );
}

function Try({ of: { quiz, questions }, space, stop }: { of: Attempt; space: string; stop: () => void }) {
  const [chosen, setChosen] = useState<Record<string, string[]>>({});
  const [submit, isBusy] = useAction(SubmitQuiz);
  const [, go] = useLocation();
  const key = useRef(crypto.randomUUID());
  const answers = questions.flatMap(({ id: questionId, type }): QuizAnswerInput[] => {
    const optionIds = chosen[questionId] ?? [];
    if (!optionIds[0]) return [];
    return [type === 'SINGLE_CHOICE' ? { singleChoice: { questionId, optionId: optionIds[0] } } : { multipleChoice: { questionId, optionIds } }];
  });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const result = await submit({ variables: { quiz: quiz.id, answers, key: key.current } });
    if (!result?.attempt) return;
    const { circleId } = getFragmentData(QuizAttemptFragment, result.attempt);
    localStorage.setItem(latest(quiz.id), circleId);
    stop();
    go(`/c/${space}/quizzes/${quiz.id}/attempts/${circleId}`, { replace: true });
  };
  return (
    <form className="form" onSubmit={(event) => void send(event)}>
      {questions.map(({ id, type, statement, options }) => (
        <fieldset key={id}>
          <legend>{statement}{type !== 'SINGLE_CHOICE' && <span className="meta"> Choose all that are right.</span>}</legend>
          {options.map((option) => (
            <label key={option.id} className="line">
              <input
                type={type === 'SINGLE_CHOICE' ? 'radio' : 'checkbox'} name={id} checked={chosen[id]?.includes(option.id) ?? false}
                onChange={({ target }) => setChosen((all) => {
                  const others = type === 'SINGLE_CHOICE' ? [] : (all[id] ?? []).filter((one) => one !== option.id);
                  return { ...all, [id]: target.checked ? [...others, option.id] : others };
                })}
              />
              {option.text}
            </label>
          ))}
        </fieldset>
      ))}
      <p className="meta" role="status">{answers.length} of {questions.length} answered. What is left out counts as wrong.</p>
      <div className="quiz-foot">
        <button type="submit" className="button" disabled={isBusy || answers.length === 0}>{isBusy ? 'Sending…' : 'Hand in'}</button>
        <button type="button" className="button quiet" onClick={stop}>Cancel</button>
      </div>
    </form>
  );
}

export const words: Record<QuizResult, string> = { PASSED: 'Passed', FAILED: 'Not passed', PENDING: 'Waiting for an admin', UNKNOWN: 'Handed in' };

export function Sign({ of }: { of: QuizResult }) {
  return of === 'PASSED' ? <CircleCheck aria-hidden="true" /> : of === 'FAILED' ? <CircleX aria-hidden="true" /> : <Clock aria-hidden="true" />;
}
