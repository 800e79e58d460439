# Action Cable as Rails has it, with Circle's channels, for tests. It needs no application around it.
require "logger"
require "active_support"
require "active_support/core_ext"
require "action_dispatch"
require "action_cable"
require "json"

module ApplicationCable
  class Connection < ActionCable::Connection::Base
    identified_by :member
    def connect
      token = request.headers["Authorization"].to_s[/\ABearer (\d+):/, 1]
      reject_unauthorized_connection unless token
      self.member = token.to_i
    end
  end
end
class NotificationChannel < ActionCable::Channel::Base
  def subscribed
    return reject unless params[:community_member_id].to_i == connection.member
    stream_from "notification-channel-#{params[:community_member_id]}"
  end
end
class ChatRoomChannel < ActionCable::Channel::Base
  def subscribed
    return reject unless params[:community_member_id].to_i == connection.member
    stream_from "chat-room-channel-#{params[:community_member_id]}"
  end
end
module Chats
  class RoomChannel < ActionCable::Channel::Base
    def subscribed
      raise "no room" unless params[:chat_room_id]
      stream_from "chat-room-#{params[:chat_room_id]}-channel"
    end
  end
  class CommunityMemberThreadsChannel < ActionCable::Channel::Base
    def subscribed
      stream_from "chat-community-member-#{params[:community_member_id]}-threads-channel"
    end
  end
end
cable = ActionCable.server
cable.config.cable = { "adapter" => ENV.fetch("CABLE_ADAPTER", "async"), "url" => ENV["REDIS_URL"] }.compact
cable.config.logger = Logger.new(ENV["CABLE_LOG"] || File::NULL)
cable.config.log_tags = []
cable.config.connection_class = -> { ApplicationCable::Connection }
cable.config.allowed_request_origins = ["https://community.example.com"]
cable.config.allow_same_origin_as_host = false

map("/cable") { run cable }
# Broadcast by HTTP, for tests: POST /broadcast?stream=… with JSON. POST /restart and POST /disconnect?member=… as an operator would.
# POST /beat beats before it is time for it.
map("/broadcast") { run ->(env) { q = Rack::Request.new(env); cable.broadcast(q.GET["stream"], JSON.parse(q.body.read)); [204, {}, []] } }
map("/restart") { run ->(_) { cable.restart; [204, {}, []] } }
map("/disconnect") { run ->(env) { q = Rack::Request.new(env); cable.remote_connections.where(member: q.GET["member"].to_i).disconnect; [204, {}, []] } }
map("/beat") { run ->(_) { cable.connections.each(&:beat); [204, {}, []] } }
map("/count") { run ->(_) { [200, {}, [cable.connections.size.to_s]] } }
