
      export interface PossibleTypesResultData {
        possibleTypes: {
          [key: string]: string[]
        }
      }
      const result: PossibleTypesResultData = {
  "possibleTypes": {
    "Bookmarkable": [
      "BasicPost",
      "ChatMessage",
      "Comment",
      "Event",
      "ImagePost",
      "Lesson"
    ],
    "Commentable": [
      "BasicPost",
      "Comment",
      "Event",
      "ImagePost"
    ],
    "Deletable": [
      "BasicPost",
      "Comment",
      "Event",
      "ImagePost"
    ],
    "Followable": [
      "BasicPost",
      "Event",
      "ImagePost"
    ],
    "Likeable": [
      "BasicPost",
      "Comment",
      "Event",
      "ImagePost"
    ],
    "Node": [
      "BasicPost",
      "ChatMessage",
      "ChatRoom",
      "ChatThread",
      "Comment",
      "Event",
      "ImagePost",
      "Lesson",
      "Member",
      "QuizAttempt",
      "Space"
    ],
    "NotificationSubject": [
      "BasicPost",
      "Comment",
      "Event",
      "ImagePost"
    ],
    "Post": [
      "BasicPost",
      "Event",
      "ImagePost"
    ],
    "Reportable": [
      "BasicPost",
      "Comment",
      "Event",
      "ImagePost"
    ],
    "SearchHit": [
      "CommentHit",
      "LessonHit",
      "MemberHit",
      "OtherHit",
      "PostHit",
      "SpaceHit"
    ],
    "SearchResult": [
      "CommentHit",
      "LessonHit",
      "MemberHit",
      "OtherHit",
      "PostHit",
      "SpaceHit"
    ],
    "Updatable": [
      "BasicPost",
      "Comment",
      "Event",
      "ImagePost"
    ]
  }
};
      export default result;
    