# syntax=docker/dockerfile:1
# The server with its playground, in an image without shell or package manager: docker build -t circlegraph --build-arg VERSION=v1.2.0 .

FROM node:20-bookworm-slim AS playground
WORKDIR /src/playground
COPY playground/package.json playground/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY playground ./
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=playground /src/playground/dist playground/dist
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X circlegraph/internal/process.stamped=${VERSION}" -o /circlegraph .

# It brings certificates of authorities, time zones and a user that is not root.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /circlegraph /circlegraph
ENV CIRCLEGRAPH_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s CMD ["/circlegraph", "--probe"]
ENTRYPOINT ["/circlegraph"]
